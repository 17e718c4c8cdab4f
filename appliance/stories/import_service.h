#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/stories/story_service.h"

namespace heirloom {

enum class ImportOutcome {
  kCreated,
  kUpdated,
  kUnchanged,
  kKept,     // It was edited here since: not the import's to change any more.
  kDeleted,  // It was deleted here: it does not come back.
  kRefused   // `errors` say what is wrong with it.
};

std::string_view ToString(ImportOutcome outcome);

struct ImportItem {
  std::string source_id;
  StoryInput input;                // Title and document are there, unless refused.
  std::vector<FieldError> errors;  // Not empty: refused.
};

struct ImportedItem {
  std::string source_id;
  ImportOutcome outcome = ImportOutcome::kRefused;
  Id story_id;  // Empty when refused.
  std::vector<FieldError> errors;
};

// Brings stories in from elsewhere, once: what came from (legacy, source, source id) is known again
// by that, and people's own edits are never overwritten. Thread-safe.
class ImportService {
 public:
  ImportService(Database& database, const Clock& clock, IdSource& ids)
      : database_(database), clock_(clock), ids_(ids) {}

  // All that is not refused in one transaction; outcomes in the order of `items` (at most 50).
  Result<Written<std::vector<ImportedItem>>> Import(const Principal& who, const Id& legacy_id,
                                                    std::string_view source,
                                                    const std::vector<ImportItem>& items);

 private:
  Database& database_;
  const Clock& clock_;
  IdSource& ids_;
};

}  // namespace heirloom
