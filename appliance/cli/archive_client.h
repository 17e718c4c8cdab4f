#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "appliance/archive/format/documents.h"
#include "appliance/cli/api_access.h"
#include "appliance/cli/import_client.h"

namespace heirloom::cli {

// The part of the API that archives need. Whatever may pass is tried again. Errors carry a sentence
// for the person at the command line. Not thread-safe.
class ArchiveClient {
 public:
  ArchiveClient(const RetryingSender& sender, ApiAccess api)
      : sender_(sender), api_(std::move(api)) {}

  // A piece of an archive that the server makes; empty `sha256`: of one that it makes now.
  struct Piece {
    std::string bytes;
    std::uint64_t total = 0;  // Of the whole archive.
    std::string sha256;       // Of it.
  };
  // nullopt: the archive of that hash is not there any more. `path` as /api/v1/export.
  Result<std::optional<Piece>> Download(const std::string& path, std::uint64_t offset,
                                        const std::string& sha256) const;

  // Its id there. kConflict when it was deleted there.
  Result<Id> RestoreLegacy(const archive::ArchivedLegacy& archived) const;
  // Outcomes of `count` stories, in the order of the body, ArchivedStoryBatch in the contract.
  Result<std::vector<ImportOutcome>> RestoreStories(const Id& legacy, std::string body,
                                                    std::size_t count) const;

 private:
  const RetryingSender& sender_;
  const ApiAccess api_;
};

}  // namespace heirloom::cli
