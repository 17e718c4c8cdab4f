#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "appliance/domain/position.h"
#include "appliance/domain/story.h"
#include "storage/database.h"

namespace heirloom {

// States and the newest event of the same snapshot: every state holds at `head`, so head is the
// version of whatever is made from it.
struct StoryStates {
  std::vector<StoryState> states;
  Position head;
};

// Tells projections what is true. It knows no reader and asks no policy: what a projection shows
// passes the policy when it is shown. Thread-safe.
class StoryFeedService {
 public:
  explicit StoryFeedService(Database& database) : database_(database) {}

  // Of these (tenant, id); those that never were are left out.
  Result<StoryStates> ByKeys(const std::vector<std::pair<std::string, Id>>& keys);
  // A page of one legacy's, or with an empty `legacy_id` of all, by (tenant, id), after `after`.
  Result<StoryStates> Page(std::string_view legacy_id, const std::pair<std::string, Id>& after,
                           std::int64_t limit);
  // How many Page gives of all legacies together.
  Result<std::int64_t> Count();

 private:
  Database& database_;
};

}  // namespace heirloom
