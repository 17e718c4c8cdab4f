#include "appliance/stories/story_feed_repository.h"

#include "appliance/stories/story_columns.h"
#include "storage/id_list.h"

namespace heirloom::story_feed_repository {
namespace {

constexpr std::string_view kStateHead =
    "SELECT s.tenant_id, s.id, s.legacy_id, s.created_by, s.title, s.text, s.status, s.tags, "
    "s.language, s.happened_at, s.author, s.version, s.updated_at, l.visibility, "
    "CASE WHEN s.deleted_at IS NULL AND l.deleted_at IS NULL THEN 1 ELSE 0 END FROM stories s "
    "JOIN legacies l ON l.tenant_id = s.tenant_id AND l.id = s.legacy_id ";

StoryState StateFrom(const Row& row) {
  StoryState out;
  out.tenant_id = row.String(0);
  Story& story = out.story;
  story.id = row.String(1);
  story.legacy_id = row.String(2);
  story.created_by = row.String(3);
  story.content.title = row.String(4);
  story.content.text = row.String(5);
  story.content.status = ParseStoryStatus(row.Text(6)).value_or(StoryStatus::kDraft);
  story.content.tags = TagsFromJson(row.Text(7));
  story.content.language = row.String(8);
  story.content.happened_at = DateAt(row, 9);
  story.content.author = row.String(10);
  story.version = row.Integer(11);
  story.updated_at = row.TimeAt(12);
  out.visibility = ParseVisibility(row.Text(13)).value_or(Visibility::kPrivate);
  out.gone = row.Integer(14) == 0;
  return out;
}

}  // namespace

Result<std::vector<StoryState>> ByIds(Reader& reader, std::string_view tenant,
                                      const std::vector<Id>& ids) {
  static const std::string sql =
      std::string(kStateHead) + "WHERE s.tenant_id = $1 AND s.id IN (" + IdPlaces(2) + ")";
  std::vector<StoryState> states;
  const Status read = QueryByIds(reader, sql, {tenant}, ids, [&](const Row& row) {
    states.push_back(StateFrom(row));
    return true;
  });
  if (!read) return ErrorOf(read);
  return states;
}

Result<std::vector<StoryState>> Page(Reader& reader, std::string_view legacy,
                                     std::string_view after_tenant, std::string_view after_id,
                                     std::int64_t limit) {
  static const std::string end =
      "(s.tenant_id, s.id) > ($1, $2) ORDER BY s.tenant_id, s.id LIMIT $3";
  static const std::string all = std::string(kStateHead) + "WHERE " + end;
  static const std::string of_legacy =
      std::string(kStateHead) + "WHERE s.legacy_id = $4 AND " + end;
  std::vector<StoryState> states;
  const auto collect = [&](const Row& row) {
    states.push_back(StateFrom(row));
    return true;
  };
  const Status read =
      legacy.empty() ? reader.Query(all, {after_tenant, after_id, limit}, collect)
                     : reader.Query(of_legacy, {after_tenant, after_id, limit, legacy}, collect);
  if (!read) return ErrorOf(read);
  return states;
}

Result<std::int64_t> Count(Reader& reader) {
  std::int64_t count = 0;
  const Status read = reader.Query("SELECT COUNT(*) FROM stories", {}, [&](const Row& row) {
    count = row.Integer(0);
    return false;
  });
  if (!read) return ErrorOf(read);
  return count;
}

}  // namespace heirloom::story_feed_repository
