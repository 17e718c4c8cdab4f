#include "appliance/live/live_repository.h"

#include "storage/id_list.h"

namespace heirloom::live_repository {
namespace {

constexpr std::string_view kEventColumns =
    "SELECT sequence, tenant_id, type, subject, legacy_id, version, created_at FROM outbox ";

StoredEvent EventFrom(const Row& row) {
  return {row.Integer(0),
          {row.String(1), row.String(2), row.String(3), row.String(4), row.Integer(5)},
          row.TimeAt(6)};
}

}  // namespace

Result<std::vector<StoredEvent>> Events(Reader& reader, std::int64_t after, std::int64_t upto,
                                        std::int64_t limit) {
  static const std::string sql = std::string(kEventColumns) +
                                 "WHERE sequence > $1 AND sequence <= $2 ORDER BY sequence"
                                 " LIMIT $3";
  std::vector<StoredEvent> events;
  const Status read = reader.Query(sql, {after, upto, limit}, [&](const Row& row) {
    events.push_back(EventFrom(row));
    return true;
  });
  if (!read) return ErrorOf(read);
  return events;
}

Result<std::vector<StoredEvent>> AccessChanges(Reader& reader, std::int64_t after) {
  static const std::string sql =
      std::string(kEventColumns) +
      "WHERE sequence > $1 AND type IN ($2, $3, $4, $5) ORDER BY sequence";
  std::vector<StoredEvent> events;
  const Status read = reader.Query(sql,
                                   {after, event_type::kLegacyCreated, event_type::kMemberChanged,
                                    event_type::kSessionEnded, event_type::kTokenEnded},
                                   [&](const Row& row) {
                                     events.push_back(EventFrom(row));
                                     return true;
                                   });
  if (!read) return ErrorOf(read);
  return events;
}

Result<std::int64_t> OldestSequence(Reader& reader) {
  std::int64_t oldest = 0;
  const Status read = reader.Query("SELECT MIN(sequence) FROM outbox", {}, [&](const Row& row) {
    oldest = row.Integer(0);
    return true;
  });
  if (!read) return ErrorOf(read);
  return oldest;
}

Result<std::map<Id, StoryFacts>> Stories(Reader& reader, std::string_view tenant,
                                         std::span<const Id> ids) {
  static const std::string sql =
      "SELECT id, created_by, status, deleted_at FROM stories WHERE tenant_id = $1 AND id IN (" +
      IdPlaces(2) + ")";
  std::map<Id, StoryFacts> found;
  const Status read = QueryByIds(reader, sql, {tenant}, ids, [&](const Row& row) {
    found[row.String(0)] = {
        row.String(1), ParseStoryStatus(row.Text(2)).value_or(StoryStatus::kDraft), !row.IsNull(3)};
    return true;
  });
  if (!read) return ErrorOf(read);
  return found;
}

Result<std::map<Id, LegacyFacts>> Legacies(Reader& reader, std::string_view tenant,
                                           std::span<const Id> ids) {
  static const std::string sql =
      "SELECT id, visibility, deleted_at FROM legacies WHERE tenant_id = $1 AND id IN (" +
      IdPlaces(2) + ")";
  std::map<Id, LegacyFacts> found;
  const Status read = QueryByIds(reader, sql, {tenant}, ids, [&](const Row& row) {
    found[row.String(0)] = {ParseVisibility(row.Text(1)).value_or(Visibility::kPrivate),
                            !row.IsNull(2)};
    return true;
  });
  if (!read) return ErrorOf(read);
  return found;
}

Result<std::vector<MembershipRow>> MembershipsOf(Reader& reader, std::string_view tenant,
                                                 std::span<const Id> users) {
  static const std::string sql =
      "SELECT user_id, legacy_id, rank FROM members WHERE tenant_id = $1 AND user_id IN (" +
      IdPlaces(2) + ")";
  std::vector<MembershipRow> rows;
  const Status read = QueryByIds(reader, sql, {tenant}, users, [&](const Row& row) {
    rows.push_back({row.String(0), row.String(1), static_cast<Role>(row.Integer(2))});
    return true;
  });
  if (!read) return ErrorOf(read);
  return rows;
}

Result<std::set<Id>> MembersOf(Reader& reader, std::string_view tenant,
                               std::span<const Id> legacies) {
  static const std::string sql =
      "SELECT user_id FROM members WHERE tenant_id = $1 AND legacy_id IN (" + IdPlaces(2) + ")";
  std::set<Id> users;
  const Status read = QueryByIds(reader, sql, {tenant}, legacies, [&](const Row& row) {
    users.insert(row.String(0));
    return true;
  });
  if (!read) return ErrorOf(read);
  return users;
}

Result<std::set<Id>> GoodCredentialsOf(Reader& reader, std::string_view tenant,
                                       std::span<const Id> users, Time now) {
  static const std::string sessions =
      "SELECT s.id FROM sessions s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id"
      " WHERE s.tenant_id = $1 AND s.expires_at > $2 AND u.disabled_at IS NULL"
      " AND s.user_id IN (" +
      IdPlaces(3) + ")";
  static const std::string tokens =
      "SELECT t.id FROM api_tokens t JOIN users u ON u.tenant_id = t.tenant_id AND u.id ="
      " t.user_id WHERE t.tenant_id = $1 AND u.disabled_at IS NULL AND t.user_id IN (" +
      IdPlaces(2) + ")";
  std::set<Id> good;
  const auto collect = [&](const Row& row) {
    good.insert(row.String(0));
    return true;
  };
  if (Status s = QueryByIds(reader, sessions, {tenant, SqlOf(now)}, users, collect); !s) {
    return ErrorOf(s);
  }
  if (Status s = QueryByIds(reader, tokens, {tenant}, users, collect); !s) return ErrorOf(s);
  return good;
}

}  // namespace heirloom::live_repository
