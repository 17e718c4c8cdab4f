// What embedding cost: vectors by model and content hash, in an index of their own that outlives
// the generations of passages. Thread-safe, but for Sweep.

#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "appliance/base/result.h"
#include "index/embedder.h"
#include "index/opensearch/connection.h"
#include "index/opensearch/generations.h"
#include "storage/remote/retry.h"

namespace heirloom::opensearch {

class RememberedVectors {
 public:
  // What is passed must outlive it. `name`: "heirloom-vectors-v1".
  RememberedVectors(const Connection& connection, Pauses& pauses, std::string name);

  Status Provision() const;

  // At most 1,000 hashes.
  Result<std::map<std::string, Vector>> Known(const std::string& model,
                                              const std::vector<std::string>& hashes) const;
  // Durable when it returns. `used_at`: micros.
  Status Put(const EmbeddingModel& model, const std::map<std::string, Vector>& vectors,
             std::int64_t used_at);

  // Looks at up to 1,000 that were used before `before`, going on where the call before ended, and
  // forgets those that are of another model or that no passage of `chunks` has, an index for
  // vectors of `model`.
  Status Sweep(std::int64_t before, const std::string& chunks, const std::string& model);

 private:
  Result<std::string> Index();
  void Forget();

  const Connection& connection_;
  Pauses& pauses_;
  const Generations generations_;
  mutable std::mutex mutex_;
  std::string index_;        // Empty: not known yet.
  std::string swept_up_to_;  // A key.
};

}  // namespace heirloom::opensearch
