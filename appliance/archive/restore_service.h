#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "appliance/archive/format/documents.h"
#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/domain/position.h"
#include "appliance/domain/principal.h"
#include "storage/database.h"

namespace heirloom {

enum class RestoreOutcome {
  kCreated,
  kUpdated,    // It goes on from where it was: the archive has revisions that were not here.
  kUnchanged,  // All of it is here.
  kKept,       // It was changed here; what is here stays.
  kDeleted,    // It was deleted here; it does not come back by itself.
  kRefused
};

std::string_view ToString(RestoreOutcome outcome);

// A story of an archive, or revisions in its middle when it is too large for one request.
struct StoryPart {
  Id origin_id;
  Time created_at;
  Time updated_at;
  std::int64_t revision_count = 0;  // Of the whole story in the archive.
  std::string parent_digest;        // Of the revision before the first of these; empty for none.
  std::vector<archive::ArchivedRevision> revisions;  // Their chain was checked.
  std::string problem;                               // Not empty: refused for it.
};

struct RestoredStory {
  Id origin_id;
  RestoreOutcome outcome = RestoreOutcome::kRefused;
  Id story_id;         // Empty when refused.
  std::string reason;  // A sentence, unless all is well.
};

struct RestoredLegacy {
  Id legacy_id;
  RestoreOutcome outcome = RestoreOutcome::kUnchanged;
};

// Brings archives back. A thing is known again by the id that it was born with, and a story's
// history by its digests: revisions that are missing here are added behind those that are the same,
// and what was written here in the meantime is never touched. Thread-safe.
class RestoreService {
 public:
  RestoreService(Database& database, const Clock& clock, IdSource& ids)
      : database_(database), clock_(clock), ids_(ids) {}

  // The importer becomes its owner; members become written names. kConflict when it was deleted
  // here and can still be taken back.
  Result<Written<RestoredLegacy>> RestoreLegacy(const Principal& who,
                                                const archive::ArchivedLegacy& archived);

  // In one transaction; outcomes in the order given. For owners.
  Result<Written<std::vector<RestoredStory>>> RestoreStories(const Principal& who,
                                                             const Id& legacy_id,
                                                             const std::vector<StoryPart>& parts);

 private:
  Result<RestoredLegacy> RestoreLegacyIn(Transaction& tx, const Principal& who,
                                         const archive::ArchivedLegacy& archived, const Id& new_id);

  Database& database_;
  const Clock& clock_;
  IdSource& ids_;
};

}  // namespace heirloom
