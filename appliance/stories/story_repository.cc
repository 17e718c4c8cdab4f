#include "appliance/stories/story_repository.h"

#include "appliance/base/text.h"
#include "appliance/stories/story_columns.h"

namespace heirloom {

std::int64_t HappenedOrder(const std::optional<Edtf>& happened_at) {
  return happened_at ? happened_at->first : kDayMax + 1;
}

namespace story_repository {
namespace {

#define HEIRLOOM_STORY_ALIVE "AND s.deleted_at IS NULL AND l.deleted_at IS NULL "

// `story_tags` says what `stories.tags` does.
Status InsertTags(Transaction& tx, std::string_view tenant, const Story& story) {
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

Status DeleteTags(Transaction& tx, std::string_view tenant, const Id& story) {
  const auto deleted = tx.Execute("DELETE FROM story_tags WHERE tenant_id = $1 AND story_id = $2",
                                  {tenant, std::string_view(story)});
  if (!deleted) return ErrorOf(deleted);
  return {};
}

std::optional<std::string> DateText(const Story& story) {
  if (!story.content.happened_at) return std::nullopt;
  return story.content.happened_at->text;
}

Result<std::optional<StoryRow>> One(Reader& reader, std::string_view sql, std::string_view tenant,
                                    const Id& id, const Id& user) {
  std::optional<StoryRow> found;
  const Status read = reader.Query(sql, {tenant, std::string_view(user), std::string_view(id)},
                                   [&](const Row& row) {
                                     found = StoryFrom(row, user);
                                     return false;
                                   });
  if (!read) return ErrorOf(read);
  return found;
}

}  // namespace

Result<std::optional<StoryRow>> ById(Reader& reader, std::string_view tenant, const Id& id,
                                     const Id& user) {
  return One(reader,
             "SELECT " HEIRLOOM_STORY_WHOLE HEIRLOOM_STORY_FROM HEIRLOOM_STORY_CREATOR
             "WHERE s.tenant_id = $1 AND s.id = $3 " HEIRLOOM_STORY_ALIVE,
             tenant, id, user);
}

Result<std::optional<StoryRow>> HeadById(Reader& reader, std::string_view tenant, const Id& id,
                                         const Id& user) {
  return One(reader,
             "SELECT " HEIRLOOM_STORY_HEAD HEIRLOOM_STORY_FROM
             "WHERE s.tenant_id = $1 AND s.id = $3 " HEIRLOOM_STORY_ALIVE,
             tenant, id, user);
}

Result<std::optional<Id>> LegacyIdOf(Reader& reader, std::string_view tenant, const Id& id) {
  std::optional<Id> legacy;
  const Status read = reader.Query("SELECT legacy_id FROM stories WHERE tenant_id = $1 AND id = $2",
                                   {tenant, std::string_view(id)}, [&](const Row& row) {
                                     legacy = row.String(0);
                                     return false;
                                   });
  if (!read) return ErrorOf(read);
  return legacy;
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
  return InsertTags(tx, tenant, story);
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
  if (Status s = DeleteTags(tx, tenant, story.id); !s) return s;
  return InsertTags(tx, tenant, story);
}

}  // namespace story_repository
}  // namespace heirloom
