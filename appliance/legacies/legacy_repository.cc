#include "appliance/legacies/legacy_repository.h"

#include "appliance/base/text.h"
#include "appliance/legacies/legacy_columns.h"

namespace heirloom::legacy_repository {
namespace {

// The stories of the album: mirrors what Decide allows for kReadStory, without archived ones. `m`
// is the asker's membership, $2 the asker.
#define HEIRLOOM_LEGACY_COLUMNS                                                              \
  HEIRLOOM_LEGACY_AND_RANK                                                                   \
  ", (SELECT COUNT(*) FROM stories s WHERE s.tenant_id = l.tenant_id AND "                   \
  "s.legacy_id = l.id AND s.deleted_at IS NULL AND s.status <> 'archived' AND (s.status <> " \
  "'draft' OR s.created_by = $2 OR m.rank >= 2)) "

LegacyRow LegacyRowFrom(const Row& row) {
  return {LegacyFrom(row), RoleFrom(row), row.Integer(kLegacyAndRankColumns)};
}

Member MemberFrom(const Row& row) {
  return {row.String(0), row.String(1), row.String(2), static_cast<Role>(row.Integer(3)),
          row.TimeAt(4)};
}

std::int64_t RankOf(Role role) { return static_cast<std::int64_t>(role); }

Status Done(const Result<std::int64_t>& executed) {
  if (!executed) return ErrorOf(executed);
  return {};
}

}  // namespace

Result<std::optional<LegacyRow>> ById(Reader& reader, std::string_view tenant, const Id& id,
                                      const Id& user) {
  std::optional<LegacyRow> found;
  const Status read = reader.Query(
      "SELECT " HEIRLOOM_LEGACY_COLUMNS
      "FROM legacies l LEFT JOIN members m ON m.tenant_id = l.tenant_id AND m.legacy_id = l.id "
      "AND m.user_id = $2 WHERE l.tenant_id = $1 AND l.id = $3 AND l.deleted_at IS NULL",
      {tenant, std::string_view(user), std::string_view(id)}, [&](const Row& row) {
        found = LegacyRowFrom(row);
        return false;
      });
  if (!read) return ErrorOf(read);
  return found;
}

Result<std::vector<LegacyRow>> OfUser(Reader& reader, std::string_view tenant, const Id& user,
                                      std::string_view after_key, std::string_view after_id,
                                      std::int64_t limit) {
  std::vector<LegacyRow> rows;
  const Status read = reader.Query(
      "SELECT " HEIRLOOM_LEGACY_COLUMNS
      "FROM members m JOIN legacies l ON l.tenant_id = m.tenant_id AND l.id = m.legacy_id "
      "WHERE m.tenant_id = $1 AND m.user_id = $2 AND l.deleted_at IS NULL "
      "AND (m.rank = 3 OR l.visibility = 'members') AND (l.title_key, l.id) > ($3, $4) "
      "ORDER BY l.title_key, l.id LIMIT $5",
      {tenant, std::string_view(user), after_key, after_id, limit}, [&](const Row& row) {
        rows.push_back(LegacyRowFrom(row));
        return true;
      });
  if (!read) return ErrorOf(read);
  return rows;
}

Status Insert(Transaction& tx, std::string_view tenant, const Legacy& legacy) {
  const std::string key = SortKey(legacy.title);
  return Done(tx.Execute(
      "INSERT INTO legacies (tenant_id, id, title, title_key, dedication, language, visibility, "
      "version, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
      {tenant, std::string_view(legacy.id), std::string_view(legacy.title), std::string_view(key),
       std::string_view(legacy.dedication), std::string_view(legacy.language),
       ToString(legacy.visibility), legacy.version, SqlOf(legacy.created_at),
       SqlOf(legacy.updated_at)}));
}

Status Update(Transaction& tx, std::string_view tenant, const Legacy& legacy) {
  const std::string key = SortKey(legacy.title);
  return Done(tx.Execute(
      "UPDATE legacies SET title = $3, title_key = $4, dedication = $5, language = $6, "
      "visibility = $7, version = $8, updated_at = $9 WHERE tenant_id = $1 AND id = $2",
      {tenant, std::string_view(legacy.id), std::string_view(legacy.title), std::string_view(key),
       std::string_view(legacy.dedication), std::string_view(legacy.language),
       ToString(legacy.visibility), legacy.version, SqlOf(legacy.updated_at)}));
}

Status MarkDeleted(Transaction& tx, std::string_view tenant, const Id& id, std::int64_t version,
                   const Id& user, Time now) {
  return Done(
      tx.Execute("UPDATE legacies SET deleted_at = $3, deleted_by = $5, version = $4 "
                 "WHERE tenant_id = $1 AND id = $2",
                 {tenant, std::string_view(id), SqlOf(now), version, std::string_view(user)}));
}

Result<std::vector<Membership>> MembershipsOf(Reader& reader, std::string_view tenant,
                                              const Id& user) {
  std::vector<Membership> memberships;
  const Status read = reader.Query(
      "SELECT m.legacy_id, m.rank FROM members m JOIN legacies l ON l.tenant_id = m.tenant_id AND "
      "l.id = m.legacy_id WHERE m.tenant_id = $1 AND m.user_id = $2 AND l.deleted_at IS NULL "
      "AND (m.rank = 3 OR l.visibility = 'members') ORDER BY m.legacy_id",
      {tenant, std::string_view(user)}, [&](const Row& row) {
        memberships.push_back({row.String(0), static_cast<Role>(row.Integer(1))});
        return true;
      });
  if (!read) return ErrorOf(read);
  return memberships;
}

Result<std::vector<Member>> Members(Reader& reader, std::string_view tenant, const Id& legacy,
                                    const MemberCursor& after, std::int64_t limit) {
  std::vector<Member> members;
  const Status read = reader.Query(
      "SELECT u.id, u.name, u.email, m.rank, m.joined_at FROM members m JOIN users u ON "
      "u.tenant_id = m.tenant_id AND u.id = m.user_id WHERE m.tenant_id = $1 AND m.legacy_id = $2 "
      "AND (-m.rank, u.name, u.id) > (-$3, $4, $5) ORDER BY -m.rank, u.name, u.id LIMIT $6",
      {tenant, std::string_view(legacy), after.rank, std::string_view(after.name),
       std::string_view(after.user_id), limit},
      [&](const Row& row) {
        members.push_back(MemberFrom(row));
        return true;
      });
  if (!read) return ErrorOf(read);
  return members;
}

Result<std::optional<Member>> MemberById(Reader& reader, std::string_view tenant, const Id& legacy,
                                         const Id& user) {
  std::optional<Member> member;
  const Status read = reader.Query(
      "SELECT u.id, u.name, u.email, m.rank, m.joined_at FROM members m JOIN users u ON "
      "u.tenant_id = m.tenant_id AND u.id = m.user_id WHERE m.tenant_id = $1 AND m.legacy_id = $2 "
      "AND m.user_id = $3",
      {tenant, std::string_view(legacy), std::string_view(user)}, [&](const Row& row) {
        member = MemberFrom(row);
        return false;
      });
  if (!read) return ErrorOf(read);
  return member;
}

Result<std::optional<Id>> UserIdByEmail(Reader& reader, std::string_view tenant,
                                        std::string_view email_key) {
  std::optional<Id> id;
  const Status read = reader.Query("SELECT id FROM users WHERE tenant_id = $1 AND email_key = $2",
                                   {tenant, email_key}, [&](const Row& row) {
                                     id = row.String(0);
                                     return false;
                                   });
  if (!read) return ErrorOf(read);
  return id;
}

Result<std::int64_t> CountOwners(Reader& reader, std::string_view tenant, const Id& legacy) {
  std::int64_t count = 0;
  const Status read = reader.Query(
      "SELECT COUNT(*) FROM members WHERE tenant_id = $1 AND legacy_id = $2 AND rank = 3",
      {tenant, std::string_view(legacy)}, [&](const Row& row) {
        count = row.Integer(0);
        return false;
      });
  if (!read) return ErrorOf(read);
  return count;
}

Status InsertMember(Transaction& tx, std::string_view tenant, const Id& legacy, const Id& user,
                    Role role, Time now) {
  return Done(tx.Execute(
      "INSERT INTO members (tenant_id, legacy_id, user_id, rank, joined_at) "
      "VALUES ($1, $2, $3, $4, $5)",
      {tenant, std::string_view(legacy), std::string_view(user), RankOf(role), SqlOf(now)}));
}

Status SetRole(Transaction& tx, std::string_view tenant, const Id& legacy, const Id& user,
               Role role) {
  return Done(tx.Execute(
      "UPDATE members SET rank = $4 WHERE tenant_id = $1 AND legacy_id = $2 AND user_id = $3",
      {tenant, std::string_view(legacy), std::string_view(user), RankOf(role)}));
}

Status DeleteMember(Transaction& tx, std::string_view tenant, const Id& legacy, const Id& user) {
  return Done(
      tx.Execute("DELETE FROM members WHERE tenant_id = $1 AND legacy_id = $2 AND user_id = $3",
                 {tenant, std::string_view(legacy), std::string_view(user)}));
}

}  // namespace heirloom::legacy_repository
