#include "storage/postgres/schema.h"

#include <chrono>
#include <functional>
#include <string>

#include "appliance/base/log.h"
#include "storage/guarded_call.h"
#include "storage/migrations/migration_runner.h"
#include "storage/postgres/transaction.h"
#include "storage/seal.h"

namespace heirloom::postgres {
namespace {

constexpr std::chrono::hours kMigrateWithin{12};

// The last sequence that was given out: events are swept away, this stays.
constexpr char kOwnTables[] =
    "CREATE TABLE IF NOT EXISTS outbox_head ("
    " one BOOLEAN PRIMARY KEY DEFAULT true CHECK (one), sequence BIGINT NOT NULL)"
    // Its one row is written again by every commit.
    " WITH (fillfactor = 10);"
    "INSERT INTO outbox_head (sequence) SELECT COALESCE(MAX(sequence), 0) FROM outbox"
    " ON CONFLICT DO NOTHING";

class SchemaRunner final {
 public:
  SchemaRunner(Connection& connection, const Clock& clock)
      : connection_(connection), clock_(clock) {}

  Status Run(const std::function<Status(SchemaTransaction&)>& fn) {
    if (Status begun = connection_.Run("BEGIN"); !begun) return begun;
    ConnectionTransaction transaction(connection_, clock_);
    Status done = CallGuarded([&] { return fn(transaction); });
    if (done) done = connection_.Run("COMMIT");
    if (!done && !connection_.IsLost() && connection_.InTransaction()) {
      if (Status undone = connection_.Run("ROLLBACK"); !undone) return undone;
    }
    return done;
  }

 private:
  Connection& connection_;
  const Clock& clock_;
};

// Text is what it is everywhere only as UTF-8.
Status CheckEncoding(Connection& connection) {
  const Result<std::string> encoding =
      connection.Value("SELECT current_setting('server_encoding')");
  if (!encoding) return ErrorOf(encoding);
  if (*encoding == "UTF8") return {};
  return Fail(ErrorCode::kUnavailable,
              "the database keeps text as " + *encoding +
                  "; make one with: CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'");
}

}  // namespace

Status MigrateSchema(Connection& connection, std::span<const Migration> migrations,
                     const Clock& clock, Random& random) {
  if (Status fits = CheckEncoding(connection); !fits) return fits;
  connection.LimitTime(kMigrateWithin);
  if (Status set = connection.Run("SET statement_timeout = 0; SET lock_timeout = 0; "
                                  "SET idle_in_transaction_session_timeout = 0");
      !set) {
    return set;
  }
  // Until the connection is closed.
  Status locked = connection.Run("SELECT pg_advisory_lock(" HEIRLOOM_MIGRATION_LOCK ")");
  if (!locked) return locked;
  SchemaRunner runner(connection, clock);
  Status done = Migrate([&](const auto& fn) { return runner.Run(fn); }, migrations, clock, random);
  if (!done) return done;
  return connection.Run(kOwnTables);
}

Status CheckSchema(Connection& connection, std::span<const Migration> migrations) {
  if (Status fits = CheckEncoding(connection); !fits) return fits;
  const SystemClock clock;  // Nobody asks it: nothing is written.
  SchemaRunner runner(connection, clock);
  return RequireMigrated([&](const auto& fn) { return runner.Run(fn); }, migrations);
}

Status BeginEpoch(Connection& connection, Random& random) {
  // In base64url there is nothing to be quoted.
  return connection.Run("BEGIN; UPDATE meta SET value = '" + NewEpoch(random) +
                        "' WHERE key = 'epoch'; DELETE FROM sessions; " + kUnsealCopySql +
                        "; COMMIT");
}

}  // namespace heirloom::postgres
