#include "storage/sqlite/transaction.h"

#include <string>

namespace heirloom::sqlite {

Result<Position> ReadHead(Connection& connection) {
  // Not MAX(sequence): old events are swept away, sqlite_sequence remembers what was given out.
  Position head;
  Status read = connection.Query(
      "SELECT (SELECT value FROM meta WHERE key = 'epoch'),"
      " (SELECT seq FROM sqlite_sequence WHERE name = 'outbox')",
      {}, [&](const Row& row) {
        head = {row.String(0), row.Integer(1)};
        return true;
      });
  if (!read) return ErrorOf(read);
  return head;
}

Result<bool> ConnectionTransaction::HasTable(std::string_view name) {
  bool found = false;
  Status read = Query("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = $1", {name},
                      [&](const Row&) {
                        found = true;
                        return false;
                      });
  if (!read) return ErrorOf(read);
  return found;
}

Result<std::int64_t> ConnectionTransaction::StoreEvents() {
  std::int64_t last = 0;
  const Time now = clock_.Now();
  for (const Event& event : events_) {
    const auto stored = Execute(
        "INSERT INTO outbox (tenant_id, type, subject, legacy_id, version, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        {event.tenant_id, event.type, event.subject, event.legacy_id, event.version, SqlOf(now)});
    if (!stored) return ErrorOf(stored);
    last = connection_.LastRowId();
  }
  return last;
}

}  // namespace heirloom::sqlite
