#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "appliance/cli/api_access.h"
#include "storage/remote/retry.h"

namespace heirloom::cli {

// What became of one item, as the server says (ImportReport in the contract).
struct ImportOutcome {
  std::string outcome;  // created, updated, unchanged, kept, deleted or refused.
  std::string reason;   // For the last three, in words.
};

// The part of the API that imports need. Whatever may pass is tried again: the contract makes
// batches idempotent. Errors carry a sentence for the person at the command line. Not thread-safe.
class ImportClient {
 public:
  // `server` as http://host:port, maybe with a path; `sender` must outlive this.
  ImportClient(const RetryingSender& sender, std::string server, std::string token)
      : sender_(sender), api_(std::move(server), std::move(token)) {}

  // The id of the caller's legacy with this title, however it is cased and spaced; nullopt when
  // there is none. An id instead of a title must exist. kConflict when several share the title.
  Result<std::optional<Id>> FindLegacy(const std::string& title) const;

  // Founds it, unless it is there by then: an answer that got lost must not make a second one.
  Result<Id> FindOrFoundLegacy(const std::string& title) const;

  // One batch, in the form that ImportBatch::Body gives; outcomes in its order. Says so when they
  // are not `count`.
  Result<std::vector<ImportOutcome>> SendBatch(const Id& legacy, std::string body,
                                               std::size_t count) const;

 private:
  Result<Id> CheckLegacy(const Id& id) const;

  const RetryingSender& sender_;
  const ApiAccess api_;
};

}  // namespace heirloom::cli
