#pragma once

#include <functional>
#include <string>
#include <vector>

#include "appliance/domain/principal.h"
#include "appliance/stories/story_lookup_repository.h"
#include "storage/database.h"

namespace heirloom {

// A story as a list of found ones shows it.
struct LookedUpStory {
  StoryGlimpse glimpse;
  std::string text;
  Time updated_at;
};

// For rooms that found stories elsewhere, as in an index: which of them may `who` read, and what is
// true of them? Two statements on one snapshot, however many there are. Thread-safe.
class StoryLookupService {
 public:
  static constexpr std::size_t kMaxIds = story_lookup_repository::kMaxGlimpses;
  static constexpr std::size_t kMaxWhole = story_lookup_repository::kMaxTexts;

  explicit StoryLookupService(Database& database) : database_(database) {}

  // Of at most kMaxIds `ids`, in their order, the stories that `who` may read: `choose` sees them
  // and names those, at most kMaxWhole of them, that are wanted whole; these come back in its
  // order.
  using Choose = std::function<std::vector<StoryGlimpse>(std::vector<StoryGlimpse>)>;
  Result<std::vector<LookedUpStory>> Look(const Principal& who, const std::vector<Id>& ids,
                                          const Choose& choose);
  // Those glimpses alone: one statement.
  Result<std::vector<StoryGlimpse>> Glimpse(const Principal& who, const std::vector<Id>& ids);

 private:
  Database& database_;
};

}  // namespace heirloom
