// Reader and Transaction over one connection. Inside storage/postgres only.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/clock.h"
#include "storage/database.h"
#include "storage/migrations/migration_runner.h"
#include "storage/postgres/connection.h"

namespace heirloom::postgres {

// Keys of our own advisory locks: "HLRM", and a number. Names that transactions lock are hashed to
// one number of 64 bits, which is another space.
#define HEIRLOOM_APPEND_LOCK "1213224013, 1"
#define HEIRLOOM_MIGRATION_LOCK "1213224013, 2"

// What LISTEN hears after commits that appended events.
#define HEIRLOOM_OUTBOX_CHANNEL "heirloom_outbox"

Result<Position> ReadHead(Connection& connection);

class ConnectionReader final : public Reader {
 public:
  explicit ConnectionReader(Connection& connection) : connection_(connection) {}

  using Reader::Query;
  Status Query(std::string_view sql, Params params, const OnRow& on_row) override {
    return connection_.Query(sql, params, on_row);
  }
  Result<Position> Head() override { return ReadHead(connection_); }

 private:
  Connection& connection_;
};

// Where a transaction is about to leave the database, and what names it at the server.
struct Outcome {
  Position position;
  std::string transaction_id;  // Empty when it changed nothing.
};

class ConnectionTransaction final : public SchemaTransaction {
 public:
  ConnectionTransaction(Connection& connection, const Clock& clock)
      : connection_(connection), clock_(clock) {}

  using Reader::Query;
  Status Query(std::string_view sql, Params params, const OnRow& on_row) override {
    return connection_.Query(sql, params, on_row);
  }
  Result<Position> Head() override { return ReadHead(connection_); }

  using Transaction::Execute;
  Result<std::int64_t> Execute(std::string_view sql, Params params) override {
    return connection_.Execute(sql, params);
  }
  Status Lock(std::string_view name, LockMode mode) override;
  void Append(Event event) override { events_.push_back(std::move(event)); }

  Status Script(std::string_view sql) override;
  Result<bool> HasTable(std::string_view name) override;

  // The last statements before COMMIT: puts the appended events into the outbox. From here on no
  // other transaction can do so before this one has ended.
  Result<Outcome> Finish();

 private:
  Result<Outcome> StoreEvents();

  Connection& connection_;
  const Clock& clock_;
  std::vector<Event> events_;
};

}  // namespace heirloom::postgres
