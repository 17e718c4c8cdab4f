#include "appliance/stories/story_lookup_service.h"

#include <unordered_map>
#include <utility>

namespace heirloom {
namespace {

namespace repository = story_lookup_repository;

// Index by id, for putting rows into the order that was asked for.
template <typename T>
std::unordered_map<std::string_view, T*> ById(std::vector<T>& rows) {
  std::unordered_map<std::string_view, T*> by_id;
  for (T& row : rows) by_id.emplace(row.id, &row);
  return by_id;
}

Result<std::vector<StoryGlimpse>> Readable(Reader& reader, const Principal& who,
                                           const std::vector<Id>& ids) {
  auto rows = repository::Glimpses(reader, who.tenant_id, who.user_id, ids);
  if (!rows) return ErrorOf(rows);
  const auto by_id = ById(*rows);
  std::vector<StoryGlimpse> readable;
  for (const Id& id : ids) {
    const auto row = by_id.find(id);
    if (row == by_id.end() || !Decide(who, Action::kReadStory, row->second->resource)) continue;
    readable.push_back(*row->second);
  }
  return readable;
}

}  // namespace

Result<std::vector<LookedUpStory>> StoryLookupService::Look(const Principal& who,
                                                            const std::vector<Id>& ids,
                                                            const Choose& choose) {
  std::vector<LookedUpStory> stories;
  const Status read = database_.Read([&](Reader& reader) -> Status {
    auto readable = Readable(reader, who, ids);
    if (!readable) return ErrorOf(readable);
    std::vector<StoryGlimpse> chosen = choose(std::move(*readable));
    std::vector<Id> wanted;
    for (const StoryGlimpse& glimpse : chosen) wanted.push_back(glimpse.id);
    auto texts = repository::Texts(reader, who.tenant_id, wanted);
    if (!texts) return ErrorOf(texts);
    const auto by_id = ById(*texts);
    for (StoryGlimpse& glimpse : chosen) {
      const auto text = by_id.find(glimpse.id);
      if (text == by_id.end()) continue;
      stories.push_back(
          {std::move(glimpse), std::move(text->second->text), text->second->updated_at});
    }
    return {};
  });
  if (!read) return ErrorOf(read);
  return stories;
}

Result<std::vector<StoryGlimpse>> StoryLookupService::Glimpse(const Principal& who,
                                                              const std::vector<Id>& ids) {
  return ReadOne(database_, [&](Reader& reader) { return Readable(reader, who, ids); });
}

}  // namespace heirloom
