#include "appliance/stories/story_access.h"
#include "storage/locks.h"

namespace heirloom {
namespace {

Result<StoryRow> Passed(const Principal& who, Action action, Result<std::optional<StoryRow>> row) {
  if (!row) return ErrorOf(row);
  // No such story is decided like one of a legacy that is not theirs: the two must look alike.
  const Resource resource = *row ? (*row)->resource : Resource{};
  if (const Status may = Require(who, action, resource, "story"); !may) return ErrorOf(may);
  return std::move(**row);
}

}  // namespace

Result<StoryRow> FindStory(Reader& reader, const Principal& who, const Id& id, Action action) {
  return Passed(who, action, story_repository::ById(reader, who.tenant_id, id, who.user_id));
}

Result<StoryRow> FindStoryHead(Reader& reader, const Principal& who, const Id& id, Action action) {
  return Passed(who, action, story_repository::HeadById(reader, who.tenant_id, id, who.user_id));
}

StoryView ViewOf(const Principal& who, StoryRow row) {
  const bool may_edit = static_cast<bool>(Decide(who, Action::kEditStory, row.resource));
  const bool may_delete = static_cast<bool>(Decide(who, Action::kDeleteStory, row.resource));
  return {std::move(row.story), may_edit, may_delete};
}

Status CheckVersion(const Story& story, std::optional<std::int64_t> version) {
  if (!version || *version == story.version) return {};
  return Fail(ErrorCode::kPreconditionFailed,
              "Somebody changed this story since you read it; read it again and merge.");
}

Result<story_repository::LegacyOfStory> FindLegacy(Reader& reader, const Principal& who,
                                                   const Id& id, Action action) {
  auto found = story_repository::LegacyById(reader, who.tenant_id, id, who.user_id);
  if (!found) return ErrorOf(found);
  const Resource resource = *found ? (*found)->resource : Resource{};
  if (const Status may = Require(who, action, resource, "legacy"); !may) return ErrorOf(may);
  return std::move(**found);
}

Status LockStory(Transaction& tx, std::string_view tenant, const Id& id) {
  const auto legacy = story_repository::LegacyIdOf(tx, tenant, id);
  if (!legacy) return ErrorOf(legacy);
  return *legacy ? LockStory(tx, tenant, **legacy, id) : Status();
}

Status LockStory(Transaction& tx, std::string_view tenant, const Id& legacy_id, const Id& id) {
  if (Status s = LockLegacy(tx, tenant, legacy_id, LockMode::kShared); !s) return s;
  return LockStoryAlone(tx, tenant, id);
}

}  // namespace heirloom
