#include "appliance/stories/story_repository.h"

#include "appliance/base/json.h"
#include "appliance/base/text.h"
#include "appliance/stories/story_columns.h"

namespace heirloom {

std::int64_t HappenedOrder(const std::optional<Edtf>& happened_at) {
  return happened_at ? happened_at->first : kDayMax + 1;
}

namespace story_repository {
namespace {

// Columns 0 to 18 of every story read. A list puts '' for document and the excerpt for text.
#define HEIRLOOM_STORY_HEAD                                                               \
  "s.id, s.legacy_id, s.created_by, u.name, s.title, s.status, s.tags, s.language, "      \
  "s.happened_at, s.place, s.author, s.revision, s.version, s.created_at, s.updated_at, " \
  "l.visibility, m.rank, "
// `m` is the membership of the asker, $2.
#define HEIRLOOM_STORY_FROM                                                              \
  " FROM stories s JOIN legacies l ON l.tenant_id = s.tenant_id AND l.id = s.legacy_id " \
  "JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.created_by "                   \
  "LEFT JOIN members m ON m.tenant_id = s.tenant_id AND m.legacy_id = s.legacy_id AND "  \
  "m.user_id = $2 "
#define HEIRLOOM_STORY_ALIVE " AND s.deleted_at IS NULL AND l.deleted_at IS NULL "

std::string TagsToJson(const std::vector<std::string>& tags) {
  JsonWriter json;
  json.BeginArray();
  for (const std::string& tag : tags) json.String(tag);
  json.EndArray();
  return json.Take();
}

StoryRow StoryFrom(const Row& row, std::string_view user) {
  StoryRow out;
  Story& story = out.story;
  story.id = row.String(0);
  story.legacy_id = row.String(1);
  story.created_by = row.String(2);
  story.created_by_name = row.String(3);
  story.content.title = row.String(4);
  story.content.status = ParseStoryStatus(row.Text(5)).value_or(StoryStatus::kDraft);
  story.content.tags = TagsFromJson(row.Text(6));
  story.content.language = row.String(7);
  story.content.happened_at = DateAt(row, 8);
  story.content.place = row.OptionalText(9);
  story.content.author = row.String(10);
  story.revision = row.Integer(11);
  story.version = row.Integer(12);
  story.created_at = row.TimeAt(13);
  story.updated_at = row.TimeAt(14);
  out.resource.visibility = ParseVisibility(row.Text(15)).value_or(Visibility::kPrivate);
  if (!row.IsNull(16)) out.resource.role = static_cast<Role>(row.Integer(16));
  story.content.document = row.String(17);
  story.content.text = row.String(18);
  out.resource.story_status = story.content.status;
  out.resource.own_story = story.created_by == user;
  return out;
}

// Keeps `story_tags` in step with what `stories.tags` says.
Status PutTags(Transaction& tx, std::string_view tenant, const Story& story) {
  const auto deleted = tx.Execute("DELETE FROM story_tags WHERE tenant_id = $1 AND story_id = $2",
                                  {tenant, std::string_view(story.id)});
  if (!deleted) return ErrorOf(deleted);
  for (const std::string& tag : story.content.tags) {
    const std::string key = FoldKey(tag);
    const auto inserted = tx.Execute(
        "INSERT INTO story_tags (tenant_id, story_id, tag_key) VALUES ($1, $2, $3) "
        "ON CONFLICT DO NOTHING",
        {tenant, std::string_view(story.id), std::string_view(key)});
    if (!inserted) return ErrorOf(inserted);
  }
  return {};
}

std::optional<std::string> DateText(const Story& story) {
  if (!story.content.happened_at) return std::nullopt;
  return story.content.happened_at->text;
}

// The statement for these filters: one of few texts, so that prepared statements are reused.
std::string ListSql(const StoryFilter& filter, bool from_cursor) {
  std::string sql = "SELECT " HEIRLOOM_STORY_HEAD "'', s.excerpt" HEIRLOOM_STORY_FROM
                    "WHERE s.tenant_id = $1 AND m.user_id = $2" HEIRLOOM_STORY_ALIVE
                    "AND (m.rank = 3 OR l.visibility = 'members') "
                    "AND (s.status <> 'draft' OR s.created_by = $2 OR m.rank >= 2) ";
  int parameter = 3;
  const auto next = [&] { return "$" + std::to_string(parameter++); };
  if (filter.legacy_id) sql += "AND s.legacy_id = " + next() + " ";
  if (filter.status) sql += "AND s.status = " + next() + " ";
  if (filter.tag_key) {
    sql +=
        "AND EXISTS (SELECT 1 FROM story_tags t WHERE t.tenant_id = s.tenant_id AND "
        "t.story_id = s.id AND t.tag_key = " +
        next() + ") ";
  }
  const std::string column = filter.by_happening ? "s.happened_order" : "s.updated_at";
  const std::string compare = filter.by_happening ? " > " : " < ";
  const std::string direction = filter.by_happening ? "" : " DESC";
  if (from_cursor) {
    const std::string order = next();
    sql += "AND (" + column + ", s.id)" + compare + "(" + order + ", " + next() + ") ";
  }
  return sql + "ORDER BY " + column + direction + ", s.id" + direction + " LIMIT " + next();
}

}  // namespace

Result<std::optional<StoryRow>> ById(Reader& reader, std::string_view tenant, const Id& id,
                                     const Id& user) {
  std::optional<StoryRow> found;
  const Status read =
      reader.Query("SELECT " HEIRLOOM_STORY_HEAD "s.document, s.text" HEIRLOOM_STORY_FROM
                   "WHERE s.tenant_id = $1 AND s.id = $3" HEIRLOOM_STORY_ALIVE,
                   {tenant, std::string_view(user), std::string_view(id)}, [&](const Row& row) {
                     found = StoryFrom(row, user);
                     return false;
                   });
  if (!read) return ErrorOf(read);
  return found;
}

Result<std::vector<StoryRow>> ByIds(Reader& reader, std::string_view tenant,
                                    const std::vector<Id>& ids, const Id& user) {
  std::vector<StoryRow> rows;
  static const std::string sql = "SELECT " HEIRLOOM_STORY_HEAD "'', s.text" HEIRLOOM_STORY_FROM
                                 "WHERE s.tenant_id = $1" HEIRLOOM_STORY_ALIVE "AND s.id IN (" +
                                 IdPlaceholders(3) + ")";
  const auto params = WithIds({tenant, std::string_view(user)}, ids);
  const Status read = reader.Query(sql, Params(params), [&](const Row& row) {
    rows.push_back(StoryFrom(row, user));
    return true;
  });
  if (!read) return ErrorOf(read);
  return rows;
}

Result<std::vector<StoryRow>> List(Reader& reader, std::string_view tenant, const Id& user,
                                   const StoryFilter& filter,
                                   const std::optional<StoryCursor>& after, std::int64_t limit) {
  std::vector<SqlValue> params = {tenant, std::string_view(user)};
  if (filter.legacy_id) params.emplace_back(std::string_view(*filter.legacy_id));
  if (filter.status) params.emplace_back(ToString(*filter.status));
  if (filter.tag_key) params.emplace_back(std::string_view(*filter.tag_key));
  if (after) {
    params.emplace_back(after->order);
    params.emplace_back(std::string_view(after->id));
  }
  params.emplace_back(limit);
  std::vector<StoryRow> rows;
  const Status read =
      reader.Query(ListSql(filter, after.has_value()), Params(params), [&](const Row& row) {
        rows.push_back(StoryFrom(row, user));
        return true;
      });
  if (!read) return ErrorOf(read);
  return rows;
}

Result<std::optional<LegacyOfStory>> LegacyById(Reader& reader, std::string_view tenant,
                                                const Id& id, const Id& user) {
  std::optional<LegacyOfStory> found;
  const Status read = reader.Query(
      "SELECT l.visibility, l.language, m.rank FROM legacies l LEFT JOIN members m ON "
      "m.tenant_id = l.tenant_id AND m.legacy_id = l.id AND m.user_id = $2 "
      "WHERE l.tenant_id = $1 AND l.id = $3 AND l.deleted_at IS NULL",
      {tenant, std::string_view(user), std::string_view(id)}, [&](const Row& row) {
        found = LegacyOfStory{};
        found->resource.visibility = ParseVisibility(row.Text(0)).value_or(Visibility::kPrivate);
        found->language = row.String(1);
        if (!row.IsNull(2)) found->resource.role = static_cast<Role>(row.Integer(2));
        return false;
      });
  if (!read) return ErrorOf(read);
  return found;
}

Status Insert(Transaction& tx, std::string_view tenant, const Story& story) {
  const StoryContent& content = story.content;
  const std::string tags = TagsToJson(content.tags);
  const std::optional<std::string> date = DateText(story);
  const auto inserted = tx.Execute(
      "INSERT INTO stories (tenant_id, id, legacy_id, created_by, title, document, text, excerpt, "
      "status, tags, language, happened_at, happened_order, place, author, revision, version, "
      "created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
      "$14, $15, $16, $17, $18, $19)",
      {tenant, std::string_view(story.id), std::string_view(story.legacy_id),
       std::string_view(story.created_by), std::string_view(content.title),
       std::string_view(content.document), std::string_view(content.text),
       FirstCharacters(content.text, 280), ToString(content.status), std::string_view(tags),
       std::string_view(content.language), SqlOf(date), HappenedOrder(content.happened_at),
       SqlOf(content.place), std::string_view(content.author), story.revision, story.version,
       SqlOf(story.created_at), SqlOf(story.updated_at)});
  if (!inserted) return ErrorOf(inserted);
  return PutTags(tx, tenant, story);
}

Status Update(Transaction& tx, std::string_view tenant, const Story& story) {
  const StoryContent& content = story.content;
  const std::string tags = TagsToJson(content.tags);
  const std::optional<std::string> date = DateText(story);
  const auto updated = tx.Execute(
      "UPDATE stories SET title = $3, document = $4, text = $5, excerpt = $6, status = $7, "
      "tags = $8, language = $9, happened_at = $10, happened_order = $11, place = $12, "
      "author = $13, revision = $14, version = $15, updated_at = $16 "
      "WHERE tenant_id = $1 AND id = $2",
      {tenant, std::string_view(story.id), std::string_view(content.title),
       std::string_view(content.document), std::string_view(content.text),
       FirstCharacters(content.text, 280), ToString(content.status), std::string_view(tags),
       std::string_view(content.language), SqlOf(date), HappenedOrder(content.happened_at),
       SqlOf(content.place), std::string_view(content.author), story.revision, story.version,
       SqlOf(story.updated_at)});
  if (!updated) return ErrorOf(updated);
  return PutTags(tx, tenant, story);
}

Status MarkDeleted(Transaction& tx, std::string_view tenant, const Id& id, std::int64_t version,
                   Time now) {
  const auto marked = tx.Execute(
      "UPDATE stories SET deleted_at = $3, updated_at = $3, version = $4 "
      "WHERE tenant_id = $1 AND id = $2",
      {tenant, std::string_view(id), SqlOf(now), version});
  if (!marked) return ErrorOf(marked);
  return {};
}

}  // namespace story_repository
}  // namespace heirloom
