#include "appliance/stories/story_access.h"

namespace heirloom {

Result<StoryRow> FindStory(Reader& reader, const Principal& who, const Id& id, Action action) {
  auto row = story_repository::ById(reader, who.tenant_id, id, who.user_id);
  if (!row) return ErrorOf(row);
  // No such story is decided like one of a legacy that is not theirs: the two must look alike.
  const Resource resource = *row ? (*row)->resource : Resource{};
  if (const Status may = Require(who, action, resource, "story"); !may) return ErrorOf(may);
  return std::move(**row);
}

Result<story_repository::LegacyOfStory> FindLegacy(Reader& reader, const Principal& who,
                                                   const Id& id, Action action) {
  auto found = story_repository::LegacyById(reader, who.tenant_id, id, who.user_id);
  if (!found) return ErrorOf(found);
  const Resource resource = *found ? (*found)->resource : Resource{};
  if (const Status may = Require(who, action, resource, "legacy"); !may) return ErrorOf(may);
  return std::move(**found);
}

}  // namespace heirloom
