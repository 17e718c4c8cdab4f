#include "storage/postgres/postgres_database.h"

#include <cstdint>
#include <utility>

#include "storage/guarded_call.h"
#include "storage/outbox_queries.h"
#include "storage/postgres/listener.h"
#include "storage/postgres/pool.h"
#include "storage/postgres/schema.h"
#include "storage/postgres/transaction.h"
#include "storage/postgres/writer.h"

namespace heirloom {
namespace {

using postgres::Connection;

class PostgresDatabase final : public Database {
 public:
  PostgresDatabase(const PostgresOptions& options, std::int64_t head)
      : readers_(options.address, options.reads, "reading"),
        writer_(options.address, options.writes, options.clock, options.random),
        listener_(options.address, head) {}

  Status Read(const std::function<Status(Reader&)>& fn) override {
    Result<postgres::Pool::Lease> connection = readers_.Take();
    if (!connection) return ErrorOf(connection);
    Status begun = Begin(**connection);
    // It was closed since it was used last, and nothing was read yet.
    if (!begun && !connection->IsGood()) {
      if (Status renewed = connection->Renew(); !renewed) return renewed;
      begun = Begin(**connection);
    }
    if (!begun) return begun;
    postgres::ConnectionReader reader(**connection);
    Status read = CallGuarded([&] { return fn(reader); });
    (*connection)->LimitTime(readers_.limits().duration);
    Status ended = connection->IsGood() ? (*connection)->Run("ROLLBACK") : Status();
    (*connection)->UnlimitTime();
    return read ? ended : read;
  }

  Result<Position> Write(const std::function<Status(Transaction&)>& fn) override {
    return writer_.Write(fn);
  }

  Result<std::vector<StoredEvent>> EventsAfter(std::int64_t sequence, int limit) override {
    return ReadEventsAfter(*this, sequence, limit);
  }

  CommitHooks::Subscription OnCommit(CommitHooks::Hook hook) override {
    return listener_.Add(std::move(hook));
  }

  Status Ping() override { return ReadAndTouch(*this); }

 private:
  Status Begin(Connection& connection) {
    connection.LimitTime(readers_.limits().duration);
    return connection.Run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  }

  postgres::Pool readers_;
  postgres::Writer writer_;
  postgres::Listener listener_;
};

Result<std::unique_ptr<Connection>> OpenFirst(const PostgresOptions& options) {
  return Connection::Open(options.address, options.reads.duration);
}

}  // namespace

Result<std::unique_ptr<Database>> OpenPostgresDatabase(const PostgresOptions& options) {
  auto connection = OpenFirst(options);
  if (!connection) return ErrorOf(connection);
  (*connection)->LimitTime(options.reads.duration);
  Status fits = postgres::CheckSchema(**connection, options.migrations);
  if (!fits) return ErrorOf(fits);
  const Result<Position> head = postgres::ReadHead(**connection);
  if (!head) return ErrorOf(head);
  return std::unique_ptr<Database>(std::make_unique<PostgresDatabase>(options, head->sequence));
}

Status MigratePostgresDatabase(const PostgresOptions& options) {
  auto connection = OpenFirst(options);
  if (!connection) return ErrorOf(connection);
  (*connection)->LimitTime(options.reads.duration);
  return postgres::MigrateSchema(**connection, options.migrations, options.clock, options.random);
}

Status BeginPostgresEpoch(const PostgresOptions& options) {
  auto connection = OpenFirst(options);
  if (!connection) return ErrorOf(connection);
  (*connection)->LimitTime(options.reads.duration);
  Status fits = postgres::CheckSchema(**connection, options.migrations);
  return fits ? postgres::BeginEpoch(**connection, options.random) : fits;
}

}  // namespace heirloom
