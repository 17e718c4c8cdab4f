#include "appliance/legacies/legacy_bin_repository.h"

#include "appliance/legacies/legacy_columns.h"

namespace heirloom::legacy_bin_repository {
namespace {

// $1 the tenant, $2 the asker, $3 the newest time of deletion that does not count any more.
#define HEIRLOOM_DELETED_LEGACY                                                               \
  "SELECT " HEIRLOOM_LEGACY_AND_RANK                                                          \
  ", l.deleted_at, d.name FROM legacies l LEFT JOIN members m ON "                            \
  "m.tenant_id = l.tenant_id AND m.legacy_id = l.id AND m.user_id = $2 LEFT JOIN users d ON " \
  "d.tenant_id = l.tenant_id AND d.id = l.deleted_by WHERE l.tenant_id = $1 AND "             \
  "l.deleted_at > $3 AND l.purged_at IS NULL "

DeletedLegacyRow RowFrom(const Row& row) {
  DeletedLegacyRow out;
  out.legacy = LegacyFrom(row);
  out.role = RoleFrom(row);
  out.deleted_at = row.TimeAt(kLegacyAndRankColumns);
  out.deleted_by_name = row.String(kLegacyAndRankColumns + 1);
  return out;
}

}  // namespace

Result<std::optional<DeletedLegacyRow>> ById(Reader& reader, std::string_view tenant, const Id& id,
                                             const Id& user, Time by) {
  std::optional<DeletedLegacyRow> found;
  const Status read = reader.Query(
      HEIRLOOM_DELETED_LEGACY "AND l.id = $4",
      {tenant, std::string_view(user), SqlOf(by), std::string_view(id)}, [&](const Row& row) {
        found = RowFrom(row);
        return false;
      });
  if (!read) return ErrorOf(read);
  return found;
}

Result<std::vector<DeletedLegacyRow>> OfOwner(Reader& reader, std::string_view tenant,
                                              const Id& user, Time by,
                                              const std::optional<BinCursor>& after,
                                              std::int64_t limit) {
  std::vector<DeletedLegacyRow> rows;
  const auto collect = [&](const Row& row) {
    rows.push_back(RowFrom(row));
    return true;
  };
  const std::string_view asker = user;
  const Status read =
      after ? reader.Query(HEIRLOOM_DELETED_LEGACY
                           "AND m.rank = 3 AND (l.deleted_at, l.id) < ($4, $5) "
                           "ORDER BY l.deleted_at DESC, l.id DESC LIMIT $6",
                           {tenant, asker, SqlOf(by), SqlOf(after->deleted_at),
                            std::string_view(after->id), limit},
                           collect)
            : reader.Query(HEIRLOOM_DELETED_LEGACY
                           "AND m.rank = 3 ORDER BY l.deleted_at DESC, l.id DESC LIMIT $4",
                           {tenant, asker, SqlOf(by), limit}, collect);
  if (!read) return ErrorOf(read);
  return rows;
}

Status TakeOut(Transaction& tx, std::string_view tenant, const Id& id, std::int64_t version) {
  const auto taken = tx.Execute(
      "UPDATE legacies SET deleted_at = NULL, deleted_by = NULL, version = $3 "
      "WHERE tenant_id = $1 AND id = $2",
      {tenant, std::string_view(id), version});
  if (!taken) return ErrorOf(taken);
  return {};
}

Result<std::vector<DueLegacy>> DeletedBy(Reader& reader, Time by, std::int64_t limit) {
  std::vector<DueLegacy> due;
  const Status read = reader.Query(
      "SELECT tenant_id, id FROM legacies WHERE deleted_at <= $1 AND purged_at IS NULL "
      "ORDER BY tenant_id, deleted_at, id LIMIT $2",
      {SqlOf(by), limit}, [&](const Row& row) {
        due.push_back({row.String(0), row.String(1)});
        return true;
      });
  if (!read) return ErrorOf(read);
  return due;
}

Result<bool> Purge(Transaction& tx, std::string_view tenant, const Id& id, Time by, Time now) {
  const std::string_view legacy = id;
  const auto emptied = tx.Execute(
      "UPDATE legacies SET title = '', title_key = '', dedication = '', purged_at = $3 "
      "WHERE tenant_id = $1 AND id = $2 AND deleted_at <= $4 AND purged_at IS NULL",
      {tenant, legacy, SqlOf(now), SqlOf(by)});
  if (!emptied) return ErrorOf(emptied);
  if (*emptied == 0) return false;
  for (const std::string_view sql : {
           "DELETE FROM members WHERE tenant_id = $1 AND legacy_id = $2",
           "DELETE FROM written_members WHERE tenant_id = $1 AND legacy_id = $2",
       }) {
    if (const auto done = tx.Execute(sql, {tenant, legacy}); !done) return ErrorOf(done);
  }
  return true;
}

}  // namespace heirloom::legacy_bin_repository
