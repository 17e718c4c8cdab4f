// Reader and Transaction over one connection. Inside storage/sqlite only.

#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "appliance/base/clock.h"
#include "storage/database.h"
#include "storage/migrations/migration_runner.h"
#include "storage/sqlite/connection.h"

namespace heirloom::sqlite {

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
  Status Lock(std::string_view, LockMode) override { return {}; }  // There is one writer.
  void Append(Event event) override { events_.push_back(std::move(event)); }

  Status Script(std::string_view sql) override {
    ran_script_ = true;
    return connection_.Run(std::string(sql));
  }
  Result<bool> HasTable(std::string_view name) override;

  // Puts the appended events into the outbox: the sequence of the last one, 0 when there was none.
  Result<std::int64_t> StoreEvents();
  bool RanScript() const { return ran_script_; }

 private:
  Connection& connection_;
  const Clock& clock_;
  std::vector<Event> events_;
  bool ran_script_ = false;
};

}  // namespace heirloom::sqlite
