#include "appliance/stories/story_feed_service.h"

#include <iterator>
#include <map>

#include "appliance/stories/story_feed_repository.h"

namespace heirloom {
namespace {

Status ReadHead(Reader& reader, StoryStates& states) {
  auto head = reader.Head();
  if (!head) return ErrorOf(head);
  states.head = std::move(*head);
  return {};
}

void MoveTo(std::vector<StoryState>& to, std::vector<StoryState>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

Result<StoryStates> StoryFeedService::ByKeys(const std::vector<std::pair<std::string, Id>>& keys) {
  std::map<std::string, std::vector<Id>> by_tenant;
  for (const auto& [tenant, id] : keys) by_tenant[tenant].push_back(id);
  StoryStates states;
  const Status read = database_.Read([&](Reader& reader) -> Status {
    for (const auto& [tenant, ids] : by_tenant) {
      auto found = story_feed_repository::ByIds(reader, tenant, ids);
      if (!found) return ErrorOf(found);
      MoveTo(states.states, *found);
    }
    return ReadHead(reader, states);
  });
  if (!read) return ErrorOf(read);
  return states;
}

Result<StoryStates> StoryFeedService::Page(std::string_view legacy_id,
                                           const std::pair<std::string, Id>& after,
                                           std::int64_t limit) {
  StoryStates states;
  const Status read = database_.Read([&](Reader& reader) -> Status {
    auto found = story_feed_repository::Page(reader, legacy_id, after.first, after.second, limit);
    if (!found) return ErrorOf(found);
    states.states = std::move(*found);
    return ReadHead(reader, states);
  });
  if (!read) return ErrorOf(read);
  return states;
}

Result<std::int64_t> StoryFeedService::Count() {
  return ReadOne(database_, [](Reader& reader) { return story_feed_repository::Count(reader); });
}

}  // namespace heirloom
