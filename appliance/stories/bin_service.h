#pragma once

#include <optional>
#include <string>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/stories/story_service.h"
#include "storage/database.h"

namespace heirloom {

// How long a deleted story can be taken back.
inline constexpr Time kKeptInBin = Time::FromSeconds(30 * 24 * 3600);

struct DeletedStory {
  Story story;  // A head.
  Time deleted_at;
  std::string deleted_by_name;  // Empty when that is not known any more.
};

// Deleted stories: whoever may have deleted one may look at it, take it back and remove it for
// good. After 30 days that happens by itself. Thread-safe.
class BinService {
 public:
  BinService(Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  // Last deleted first. Cursor parts: time, id.
  Result<StoryPage<DeletedStory>> List(const Principal& who, const std::optional<Id>& legacy_id,
                                       const std::vector<std::string>& after, std::int64_t limit);
  Result<StoryView> Get(const Principal& who, const Id& id);
  // With all its revisions. For one that is not in the bin (any more) nothing changes.
  Result<Written<StoryView>> TakeBack(const Principal& who, const Id& id);
  // For good: of the story and its revisions hashes stay alone.
  Result<Position> Purge(const Principal& who, const Id& id);

  // Purges what was deleted 30 days ago, and what is left of purged legacies: at most `limit` of
  // each, one after the other. One that fails is logged and does not hold back the others.
  Status Housekeep(int limit = 500);

 private:
  Database& database_;
  const Clock& clock_;
};

}  // namespace heirloom
