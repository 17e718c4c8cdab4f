// One PostgreSQL connection, set up the way Heirloom needs it. Inside storage/postgres only.

#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "appliance/base/result.h"
#include "storage/database.h"
#include "storage/postgres/address.h"

struct pg_conn;
struct pg_result;

namespace heirloom::postgres {

struct CloseConnection {
  void operator()(pg_conn* connection) const;
};
struct ClearResult {
  void operator()(pg_result* result) const;
};
using ResultPtr = std::unique_ptr<pg_result, ClearResult>;

// One of several statements that are sent together.
struct Step {
  std::string_view sql;
  std::vector<SqlValue> params = {};
  const OnRow* on_row = nullptr;
};

// Not thread-safe: one thread at a time. Nothing waits longer than the time that LimitTime set; a
// connection that did not answer by then is lost.
class Connection final {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  static constexpr std::size_t kCachedStatements = 256;

  // Signs in. `statement_limit` ends each statement at the server, also when nobody hears it any
  // more.
  static Result<std::unique_ptr<Connection>> Open(const Address& address,
                                                  std::chrono::milliseconds statement_limit);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // As in storage/database.h. Rows come as they arrive; a statement inside another first takes over
  // what is left of the outer one's.
  Status Query(std::string_view sql, Params params, const OnRow& on_row);

  // As in storage/database.h, in a savepoint, so that what is refused leaves the transaction good.
  Result<std::int64_t> Execute(std::string_view sql, Params params);

  // Sends all at once and takes the answers in order: one way there and back. The first that fails
  // ends it and the transaction. Rows of steps are few.
  Status RunTogether(std::span<const Step> steps);

  // Any statements, without parameters and rows: BEGIN, COMMIT, SET, DDL. A COMMIT of a transaction
  // that failed before is a failure.
  Status Run(const std::string& sql);

  // The first column of the first row; empty without a row.
  Result<std::string> Value(std::string_view sql, Params params = {});

  // From now on, until it is set again.
  void LimitTime(std::chrono::milliseconds limit);
  void UnlimitTime() { begun_ = deadline_ = Deadline::max(); }

  // Neither lost, nor in a transaction, nor closed by the server meanwhile. Asks nobody.
  bool IsIdle();
  bool IsLost() const;
  bool InTransaction() const;

  // What was met since the last call may succeed when the whole transaction is run again.
  bool TakeMaySucceedAgain() { return std::exchange(may_succeed_again_, false); }

  Deadline opened() const { return opened_; }
  int socket() const;

  // What NOTIFY sent and was not looked at yet: whether there was any. Asks nobody.
  bool TakeNotifications();

  std::size_t CachedStatements() const { return order_.size(); }

 private:
  struct Prepared {
    std::string key;  // The SQL and the types of its parameters.
    std::string name;
  };
  class Stream;

  explicit Connection(pg_conn* connection);
  Status SetUp(std::chrono::milliseconds statement_limit);
  Status CheckTime() const;
  Result<std::string> Prepare(std::string_view sql, Params params);
  Status Forget(const Prepared& oldest);
  Status Send(bool sent, std::string_view doing);
  Result<ResultPtr> Next(std::string_view doing);
  Status Settle(std::string_view doing);
  Status Failed(const pg_result* result, std::string_view doing);
  Status Lose(std::string_view why, std::string_view doing);
  Status SendSteps(std::span<const Step> steps, std::span<const std::string> names);
  Status TakeStep(const Step& step, std::int64_t* changed);
  Status TakeSteps(std::span<const Step> steps, std::int64_t* changed);
  void BringStreamHome();

  std::unique_ptr<pg_conn, CloseConnection> connection_;
  const Deadline opened_ = std::chrono::steady_clock::now();
  Deadline begun_ = Deadline::max();  // When no further statement is begun.
  Deadline deadline_ = Deadline::max();
  bool lost_ = false;
  bool savepoint_ = false;
  bool may_succeed_again_ = false;
  Stream* stream_ = nullptr;  // Whose rows the connection is about to bring.
  std::uint64_t prepared_count_ = 0;
  std::list<Prepared> order_;  // Newest first.
  std::unordered_map<std::string_view, std::list<Prepared>::iterator> by_key_;
};

}  // namespace heirloom::postgres
