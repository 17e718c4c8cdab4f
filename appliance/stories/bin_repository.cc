#include "appliance/stories/bin_repository.h"

#include "appliance/stories/story_columns.h"

namespace heirloom::bin_repository {
namespace {

#define HEIRLOOM_IN_BIN                                                         \
  "AND s.deleted_at > $3 AND s.deleted_at IS NOT NULL AND s.purged_at IS NULL " \
  "AND l.deleted_at IS NULL "

Status Done(const Result<std::int64_t>& executed) {
  if (!executed) return ErrorOf(executed);
  return {};
}

std::string ListSql(bool of_legacy, bool from_cursor) {
  int parameter = 4;
  const auto next = [&] { return "$" + std::to_string(parameter++); };
  std::string sql = "SELECT " HEIRLOOM_STORY_HEAD ", s.deleted_at, d.name " HEIRLOOM_STORY_FROM
                    "LEFT JOIN users d ON d.tenant_id = s.tenant_id AND d.id = s.deleted_by "
                    "WHERE s.tenant_id = $1 " HEIRLOOM_IN_BIN
                    "AND (m.rank = 3 OR l.visibility = 'members') "
                    "AND (m.rank >= 2 OR (m.rank >= 1 AND s.created_by = $2)) ";
  if (of_legacy) sql += "AND s.legacy_id = " + next() + " ";
  if (from_cursor) {
    const std::string deleted_at = next();
    sql += "AND (s.deleted_at, s.id) < (" + deleted_at + ", " + next() + ") ";
  }
  return sql + "ORDER BY s.deleted_at DESC, s.id DESC LIMIT " + next();
}

Result<std::vector<DueStory>> ReadDue(Reader& reader, std::string_view sql,
                                      std::initializer_list<SqlValue> params) {
  std::vector<DueStory> due;
  const Status read = reader.Query(sql, params, [&](const Row& row) {
    due.push_back({row.String(0), row.String(1), row.String(2)});
    return true;
  });
  if (!read) return ErrorOf(read);
  return due;
}

}  // namespace

Status Put(Transaction& tx, std::string_view tenant, const Story& story, const Id& deleted_by,
           Time now) {
  return Done(
      tx.Execute("UPDATE stories SET deleted_at = $3, deleted_by = $4, version = $5 "
                 "WHERE tenant_id = $1 AND id = $2",
                 {tenant, std::string_view(story.id), SqlOf(now), std::string_view(deleted_by),
                  story.version}));
}

Status TakeOut(Transaction& tx, std::string_view tenant, const Story& story) {
  const std::string_view id = story.id;
  if (const auto taken =
          tx.Execute("UPDATE stories SET deleted_at = NULL, deleted_by = NULL, version = $3 "
                     "WHERE tenant_id = $1 AND id = $2",
                     {tenant, id, story.version});
      !taken) {
    return ErrorOf(taken);
  }
  // Going into the bin and coming back are a version each.
  return Done(
      tx.Execute("UPDATE working_copies SET base_version = $3, parked = 0 "
                 "WHERE tenant_id = $1 AND story_id = $2 AND base_version = $4",
                 {tenant, id, story.version, story.version - 2}));
}

Result<std::optional<StoryRow>> ById(Reader& reader, std::string_view tenant, const Id& id,
                                     const Id& user, Time since) {
  std::optional<StoryRow> found;
  const Status read = reader.Query(
      "SELECT " HEIRLOOM_STORY_WHOLE HEIRLOOM_STORY_FROM HEIRLOOM_STORY_CREATOR
      "WHERE s.tenant_id = $1 AND s.id = $4 " HEIRLOOM_IN_BIN,
      {tenant, std::string_view(user), SqlOf(since), std::string_view(id)}, [&](const Row& row) {
        found = StoryFrom(row, user);
        return false;
      });
  if (!read) return ErrorOf(read);
  return found;
}

Result<std::vector<DeletedRow>> List(Reader& reader, std::string_view tenant, const Id& user,
                                     const std::optional<Id>& legacy, Time since,
                                     const std::optional<BinCursor>& after, std::int64_t limit) {
  std::vector<SqlValue> params = {tenant, std::string_view(user), SqlOf(since)};
  if (legacy) params.emplace_back(std::string_view(*legacy));
  if (after) {
    params.emplace_back(SqlOf(after->deleted_at));
    params.emplace_back(std::string_view(after->id));
  }
  params.emplace_back(limit);
  const std::string sql = ListSql(legacy.has_value(), after.has_value());
  std::vector<DeletedRow> rows;
  const Status read = reader.Query(sql, Params(params), [&](const Row& row) {
    rows.push_back({StoryFrom(row, user), row.TimeAt(19), row.String(20)});
    return true;
  });
  if (!read) return ErrorOf(read);
  return rows;
}

Result<std::vector<DueStory>> DeletedBy(Reader& reader, Time by, std::int64_t limit) {
  return ReadDue(reader,
                 "SELECT tenant_id, id, legacy_id FROM stories WHERE deleted_at IS NOT NULL "
                 "AND purged_at IS NULL AND deleted_at <= $1 LIMIT $2",
                 {SqlOf(by), limit});
}

Result<std::vector<DueStory>> OfPurgedLegacies(Reader& reader, std::int64_t limit) {
  return ReadDue(reader,
                 "SELECT s.tenant_id, s.id, s.legacy_id FROM legacies l CROSS JOIN stories s "
                 "WHERE l.deleted_at IS NOT NULL AND l.purged_at IS NOT NULL "
                 "AND s.tenant_id = l.tenant_id AND s.legacy_id = l.id AND s.deleted_at IS NULL "
                 "LIMIT $1",
                 {limit});
}

Result<bool> Purge(Transaction& tx, std::string_view tenant, const Id& id, Time deleted_by,
                   Time now) {
  const std::string_view story = id;
  const auto emptied = tx.Execute(
      "UPDATE stories SET title = '', document = '', text = '', excerpt = '', tags = '[]', "
      "language = '', happened_at = NULL, happened_order = 0, place = NULL, author = '', "
      "purged_at = $3 WHERE tenant_id = $1 AND id = $2 AND deleted_at <= $4 "
      "AND purged_at IS NULL",
      {tenant, story, SqlOf(now), SqlOf(deleted_by)});
  if (!emptied) return ErrorOf(emptied);
  if (*emptied == 0) return false;
  for (const std::string_view sql : {
           "UPDATE revisions SET title = '', note = '', content = '' "
           "WHERE tenant_id = $1 AND story_id = $2",
           "DELETE FROM story_tags WHERE tenant_id = $1 AND story_id = $2",
           "DELETE FROM working_copies WHERE tenant_id = $1 AND story_id = $2",
           "UPDATE story_sources SET import_hash = '' WHERE tenant_id = $1 AND story_id = $2",
       }) {
    if (const auto done = tx.Execute(sql, {tenant, story}); !done) return ErrorOf(done);
  }
  return true;
}

Result<bool> PurgeWithLegacy(Transaction& tx, std::string_view tenant, const Id& id, Time now) {
  const auto deleted = tx.Execute(
      "UPDATE stories SET deleted_at = $3 WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL "
      "AND EXISTS (SELECT 1 FROM legacies l WHERE l.tenant_id = $1 AND l.id = stories.legacy_id "
      "AND l.purged_at IS NOT NULL)",
      {tenant, std::string_view(id), SqlOf(now)});
  if (!deleted) return ErrorOf(deleted);
  if (*deleted == 0) return false;
  return Purge(tx, tenant, id, now, now);
}

}  // namespace heirloom::bin_repository
