#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "appliance/base/clock.h"
#include "appliance/identity/caller.h"

namespace heirloom {

// Who showed which secret within the last second, so that a burst of requests costs one look-up.
// What ends takes effect at once in the process that ends it (Clear), and within that second in any
// other. Secrets are known by their hash. Bounded; thread-safe.
class CallerCache {
 public:
  std::optional<Caller> Find(const std::string& hash, Time now);

  // To be asked before the look-up whose answer is then put in. An answer that something overtook
  // (Clear came in between) is not kept: it may be of a session that has just ended.
  std::uint64_t Generation();
  void Put(const std::string& hash, const Caller& caller, Time now, std::uint64_t generation);

  // Forgets everybody. After the commit of whatever takes a right away.
  void Clear();

 private:
  struct Entry {
    Caller caller;
    Time until;
  };
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  std::uint64_t generation_ = 0;
};

// When secrets were last used, until it is written down, all at once. Bounded; thread-safe.
class UseNotes {
 public:
  using Notes = std::map<std::string, Time>;  // By hash of the secret.
  void Add(const std::string& hash, Time now);
  Notes Take();

 private:
  std::mutex mutex_;
  Notes notes_;
};

}  // namespace heirloom
