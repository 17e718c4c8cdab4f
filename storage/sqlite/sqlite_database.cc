#include "storage/sqlite/sqlite_database.h"

#include <utility>

#include "storage/guarded_call.h"
#include "storage/migrations/migration_runner.h"
#include "storage/outbox_queries.h"
#include "storage/sqlite/file_owner.h"
#include "storage/sqlite/files.h"
#include "storage/sqlite/read_pool.h"
#include "storage/sqlite/transaction.h"
#include "storage/sqlite/writer.h"

namespace heirloom {
namespace {

using sqlite::Connection;

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(std::unique_ptr<Connection> connection, const SqliteOptions& options)
      : writer_(std::move(connection), options.clock, options.writes, options.on_disk_failure),
        readers_(options.path, options.reads) {}

  Status Read(const std::function<Status(Reader&)>& fn) override { return readers_.Read(fn); }

  Result<Position> Write(const std::function<Status(Transaction&)>& fn) override {
    return writer_.Write(fn);
  }

  Result<std::vector<StoredEvent>> EventsAfter(std::int64_t sequence, int limit) override {
    return ReadEventsAfter(*this, sequence, limit);
  }

  CommitHooks::Subscription OnCommit(CommitHooks::Hook hook) override {
    return writer_.OnCommit(std::move(hook));
  }

  Status Ping() override { return ReadAndTouch(*this); }

 private:
  sqlite::Writer writer_;  // First, so last to go: it empties the log when no reader is left.
  sqlite::ReadPool readers_;
};

// Migrations may rebuild tables that others refer to, which SQLite allows only with foreign keys
// off; all are checked before each commit instead.
class SchemaRunner final {
 public:
  SchemaRunner(Connection& connection, const Clock& clock)
      : connection_(connection), clock_(clock) {}

  Status Run(const std::function<Status(SchemaTransaction&)>& fn) {
    if (Status begun = connection_.Run("BEGIN IMMEDIATE"); !begun) return begun;
    sqlite::ConnectionTransaction transaction(connection_, clock_);
    Status done = CallGuarded([&] { return fn(transaction); });
    if (done && transaction.RanScript()) done = CheckReferences();
    if (done) done = connection_.Run("COMMIT");
    if (!done && connection_.InTransaction()) {
      if (Status undone = connection_.Run("ROLLBACK"); !undone) return undone;
    }
    return done;
  }

 private:
  Status CheckReferences() {
    const Result<std::string> broken = connection_.Value("PRAGMA foreign_key_check");
    if (!broken) return ErrorOf(broken);
    if (broken->empty()) return {};
    return Fail(ErrorCode::kInternal, "rows of " + *broken + " refer to rows that are not there");
  }

  Connection& connection_;
  const Clock& clock_;
};

Status BringUpToDate(Connection& connection, const SqliteOptions& options) {
  if (Status off = connection.Run("PRAGMA foreign_keys = OFF"); !off) return off;
  SchemaRunner runner(connection, options.clock);
  Status migrated = Migrate([&](const auto& fn) { return runner.Run(fn); }, options.migrations,
                            options.clock, options.random);
  if (!migrated) return migrated;
  if (Status ours = sqlite::ClaimFile(connection); !ours) return ours;
  return connection.Run("PRAGMA foreign_keys = ON");
}

}  // namespace

Result<std::unique_ptr<Database>> OpenSqliteDatabase(const SqliteOptions& options) {
  if (Status ours = sqlite::CheckOwnerOf(options.path); !ours) return ErrorOf(ours);
  Result<std::unique_ptr<Connection>> connection =
      Connection::Open(options.path, Connection::Mode::kReadWrite);
  if (!connection) return ErrorOf(connection);
  if (Status migrated = BringUpToDate(**connection, options); !migrated) return ErrorOf(migrated);
  if (Status synced = sqlite::SyncFolderOf(options.path); !synced) return ErrorOf(synced);
  return std::unique_ptr<Database>(
      std::make_unique<SqliteDatabase>(std::move(*connection), options));
}

}  // namespace heirloom
