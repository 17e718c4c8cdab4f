#include "storage/postgres/transaction.h"

#include "storage/postgres/sql_text.h"

namespace heirloom::postgres {
namespace {

// The row of outbox_head is what was given out last. A number that is taken in a transaction that
// ends without a COMMIT was never taken.
constexpr std::string_view kStoreEvent =
    "WITH head AS (UPDATE outbox_head SET sequence = sequence + 1 RETURNING sequence) "
    "INSERT INTO outbox (sequence, tenant_id, type, subject, legacy_id, version, created_at) "
    "SELECT head.sequence, $1, $2, $3, $4, $5, $6 FROM head "
    "RETURNING sequence, (SELECT value FROM meta WHERE key = 'epoch'), "
    "pg_current_xact_id()::text";

// One statement of its own: what follows sees what was committed when the lock was got.
constexpr std::string_view kBeginAppending = "SELECT pg_advisory_xact_lock(" HEIRLOOM_APPEND_LOCK
                                             "), pg_notify('" HEIRLOOM_OUTBOX_CHANNEL "', '')";

}  // namespace

Result<Position> ReadHead(Connection& connection) {
  Position head;
  Status read = connection.Query(
      "SELECT (SELECT value FROM meta WHERE key = 'epoch'), (SELECT sequence FROM outbox_head)", {},
      [&](const Row& row) {
        head = {row.String(0), row.Integer(1)};
        return true;
      });
  if (!read) return ErrorOf(read);
  return head;
}

Status ConnectionTransaction::Lock(std::string_view name, LockMode mode) {
  const std::string_view sql = mode == LockMode::kShared
                                   ? "SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))"
                                   : "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
  const SqlValue param = name;
  return connection_.Query(sql, {&param, 1}, [](const Row&) { return true; });
}

Status ConnectionTransaction::Script(std::string_view sql) {
  return connection_.Run(TranslateSchema(sql));
}

Result<bool> ConnectionTransaction::HasTable(std::string_view name) {
  const SqlValue param = name;
  const Result<std::string> found =
      connection_.Value("SELECT 1 FROM pg_class WHERE oid = to_regclass($1)", {&param, 1});
  if (!found) return ErrorOf(found);
  return !found->empty();
}

Result<Outcome> ConnectionTransaction::Finish() {
  if (!events_.empty()) return StoreEvents();
  Outcome outcome;
  Status read = connection_.Query(
      "SELECT (SELECT value FROM meta WHERE key = 'epoch'), (SELECT sequence FROM outbox_head),"
      " pg_current_xact_id_if_assigned()::text",
      {}, [&](const Row& row) {
        outcome = {{row.String(0), row.Integer(1)}, row.String(2)};
        return true;
      });
  if (!read) return ErrorOf(read);
  return outcome;
}

// All on one way there and back, since others wait for the lock meanwhile.
Result<Outcome> ConnectionTransaction::StoreEvents() {
  Outcome outcome;
  const OnRow take = [&](const Row& row) {
    outcome = {{row.String(1), row.Integer(0)}, row.String(2)};
    return true;
  };
  const SqlValue now = SqlOf(clock_.Now());
  std::vector<Step> steps{{kBeginAppending}};
  for (const Event& event : events_) {
    steps.push_back(
        {kStoreEvent,
         {std::string_view(event.tenant_id), std::string_view(event.type),
          std::string_view(event.subject), std::string_view(event.legacy_id), event.version, now},
         &take});
  }
  if (Status stored = connection_.RunTogether(steps); !stored) return ErrorOf(stored);
  return outcome;
}

}  // namespace heirloom::postgres
