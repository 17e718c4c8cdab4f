#include "appliance/stories/story_lookup_repository.h"

#include "appliance/stories/story_columns.h"
#include "storage/id_list.h"

namespace heirloom::story_lookup_repository {
namespace {

StoryGlimpse GlimpseFrom(const Row& row, const Id& user) {
  StoryGlimpse glimpse;
  glimpse.id = row.String(0);
  glimpse.legacy_id = row.String(1);
  glimpse.legacy_title = row.String(2);
  glimpse.title = row.String(3);
  glimpse.status = ParseStoryStatus(row.Text(4)).value_or(StoryStatus::kDraft);
  glimpse.tags = TagsFromJson(row.Text(5));
  glimpse.author = row.String(6);
  glimpse.language = row.String(7);
  glimpse.happened_at = DateAt(row, 8);
  Resource& resource = glimpse.resource;
  resource.story_status = glimpse.status;
  resource.own_story = row.Text(9) == user;
  resource.visibility = ParseVisibility(row.Text(10)).value_or(Visibility::kPrivate);
  if (!row.IsNull(11)) resource.role = static_cast<Role>(row.Integer(11));
  return glimpse;
}

}  // namespace

Result<std::vector<StoryGlimpse>> Glimpses(Reader& reader, std::string_view tenant, const Id& user,
                                           const std::vector<Id>& ids) {
  static const std::string sql =
      "SELECT s.id, s.legacy_id, l.title, s.title, s.status, s.tags, s.author, s.language, "
      "s.happened_at, s.created_by, l.visibility, m.rank FROM stories s "
      "JOIN legacies l ON l.tenant_id = s.tenant_id AND l.id = s.legacy_id "
      "LEFT JOIN members m ON m.tenant_id = s.tenant_id AND m.legacy_id = s.legacy_id AND "
      "m.user_id = $2 WHERE s.tenant_id = $1 AND s.deleted_at IS NULL AND l.deleted_at IS NULL "
      "AND s.id IN (" +
      IdPlaces(3, kMaxGlimpses) + ")";
  const auto params = WithIds({tenant, std::string_view(user)}, ids, kMaxGlimpses);
  std::vector<StoryGlimpse> glimpses;
  const Status read = reader.Query(sql, Params(params), [&](const Row& row) {
    glimpses.push_back(GlimpseFrom(row, user));
    return true;
  });
  if (!read) return ErrorOf(read);
  return glimpses;
}

Result<std::vector<StoryText>> Texts(Reader& reader, std::string_view tenant,
                                     const std::vector<Id>& ids) {
  static const std::string sql =
      "SELECT id, text, updated_at FROM stories WHERE tenant_id = $1 AND id IN (" +
      IdPlaces(2, kMaxTexts) + ")";
  const auto params = WithIds({tenant}, ids, kMaxTexts);
  std::vector<StoryText> texts;
  const Status read = reader.Query(sql, Params(params), [&](const Row& row) {
    texts.push_back({row.String(0), row.String(1), row.TimeAt(2)});
    return true;
  });
  if (!read) return ErrorOf(read);
  return texts;
}

}  // namespace heirloom::story_lookup_repository
