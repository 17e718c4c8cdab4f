#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/domain/event.h"
#include "appliance/domain/position.h"
#include "appliance/stories/story_feed_service.h"
#include "index/search_index.h"

namespace heirloom {

// Stories as the search index keeps them: what an event or the whole truth becomes there. It knows
// no index: operations go to whoever asks, the one that is asked or the next generation.
class StoryProjection {
 public:
  StoryProjection(StoryFeedService& feed, const Clock& clock) : feed_(feed), clock_(clock) {}

  // Some operations of many, while the position stays where it was.
  using Take = std::function<Status(const std::vector<IndexOperation>&)>;
  // What the things that `events` name are now. Not in one piece: a legacy may hold many stories.
  Status Follow(const std::vector<StoredEvent>& events, const Take& take);

  // Every story there is. `take` is also told how many stories were read since the start.
  using TakePage = std::function<Status(const std::vector<IndexOperation>&, std::int64_t read)>;
  Status All(const TakePage& take);
  // How many All will read, as things stand.
  Result<std::int64_t> Count() { return feed_.Count(); }

 private:
  void Add(const StoryStates& states, std::vector<IndexOperation>& operations) const;
  Status OfLegacy(const Id& legacy_id, const Take& take);

  StoryFeedService& feed_;
  const Clock& clock_;
};

}  // namespace heirloom
