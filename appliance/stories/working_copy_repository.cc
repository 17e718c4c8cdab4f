#include "appliance/stories/working_copy_repository.h"

namespace heirloom::working_copy_repository {

Result<std::optional<CopyRow>> Find(Reader& reader, std::string_view tenant, const Id& story,
                                    const Id& user) {
  std::optional<CopyRow> found;
  const Status read = reader.Query(
      "SELECT base_version, content, version, saved_at FROM working_copies "
      "WHERE tenant_id = $1 AND story_id = $2 AND user_id = $3",
      {tenant, std::string_view(story), std::string_view(user)}, [&](const Row& row) {
        found = CopyRow{row.Integer(0), row.String(1), row.Integer(2), row.TimeAt(3)};
        return false;
      });
  if (!read) return ErrorOf(read);
  return found;
}

Status Put(Transaction& tx, std::string_view tenant, const Id& story, const Id& user,
           const CopyRow& row) {
  const auto put = tx.Execute(
      "INSERT INTO working_copies (tenant_id, story_id, user_id, base_version, content, version, "
      "saved_at, parked) VALUES ($1, $2, $3, $4, $5, $6, $7, 0) "
      "ON CONFLICT (tenant_id, story_id, user_id) DO UPDATE SET "
      "base_version = excluded.base_version, content = excluded.content, "
      "version = excluded.version, saved_at = excluded.saved_at, parked = 0",
      {tenant, std::string_view(story), std::string_view(user), row.base_version,
       std::string_view(row.content), row.version, SqlOf(row.saved_at)});
  if (!put) return ErrorOf(put);
  return {};
}

Status Delete(Transaction& tx, std::string_view tenant, const Id& story, const Id& user) {
  const auto deleted = tx.Execute(
      "DELETE FROM working_copies WHERE tenant_id = $1 AND story_id = $2 AND user_id = $3",
      {tenant, std::string_view(story), std::string_view(user)});
  if (!deleted) return ErrorOf(deleted);
  return {};
}

Result<bool> DeleteVersion(Transaction& tx, std::string_view tenant, const Id& story,
                           const Id& user, std::int64_t version) {
  const auto deleted = tx.Execute(
      "DELETE FROM working_copies WHERE tenant_id = $1 AND story_id = $2 AND user_id = $3 "
      "AND version = $4",
      {tenant, std::string_view(story), std::string_view(user), version});
  if (!deleted) return ErrorOf(deleted);
  return *deleted > 0;
}

Result<std::vector<IdleCopy>> Idle(Reader& reader, Time saved_by, std::int64_t limit) {
  std::vector<IdleCopy> idle;
  const Status read = reader.Query(
      "SELECT c.tenant_id, c.story_id, c.user_id, u.name, u.disabled_at, c.version "
      "FROM working_copies c JOIN users u ON u.tenant_id = c.tenant_id AND u.id = c.user_id "
      "WHERE c.parked = 0 AND c.saved_at <= $1 ORDER BY c.saved_at LIMIT $2",
      {SqlOf(saved_by), limit}, [&](const Row& row) {
        idle.push_back({row.String(0), row.String(1), row.String(2), row.String(3), !row.IsNull(4),
                        row.Integer(5)});
        return true;
      });
  if (!read) return ErrorOf(read);
  return idle;
}

Status Park(Transaction& tx, const IdleCopy& copy) {
  const auto parked = tx.Execute(
      "UPDATE working_copies SET parked = 1 "
      "WHERE tenant_id = $1 AND story_id = $2 AND user_id = $3 AND version = $4",
      {std::string_view(copy.tenant_id), std::string_view(copy.story_id),
       std::string_view(copy.user_id), copy.version});
  if (!parked) return ErrorOf(parked);
  return {};
}

}  // namespace heirloom::working_copy_repository
