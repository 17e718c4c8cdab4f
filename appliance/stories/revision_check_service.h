#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "appliance/base/progress.h"
#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "storage/database.h"

namespace heirloom {

// One place where the revisions are not what was once sealed.
struct RevisionFinding {
  std::string tenant_id;
  Id story_id;
  std::int64_t number = 0;  // Of the revision; 0: the story as a whole.
  std::string reason;       // A phrase: "it is not what was written".
};

struct RevisionCheck {
  std::int64_t revisions = 0;  // Looked at.
  std::int64_t findings = 0;
};

// Recomputes every content hash and every digest chain, and that each story is what its newest
// revision says; of purged stories the chain alone. Reads page by page, each on a snapshot of its
// own, so that it may run beside writers for as long as it takes; memory does not grow with what
// there is. `on_finding` gives false to stop early. kUnavailable when `progress` was cancelled.
Result<RevisionCheck> CheckRevisions(Database& database, Progress& progress,
                                     const std::function<bool(const RevisionFinding&)>& on_finding);

}  // namespace heirloom
