#include "storage/postgres/connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

#include "storage/postgres/binding.h"
#include "storage/postgres/connect.h"
#include "storage/postgres/failure.h"
#include "storage/postgres/limits.h"
#include "storage/postgres/sql_text.h"

namespace heirloom::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// The server ends a statement by itself; this much later it is not there any more.
constexpr milliseconds kGrace{2'000};

bool IsRows(ExecStatusType status) {
  return status == PGRES_TUPLES_OK || status == PGRES_SINGLE_TUPLE;
}

bool IsGood(ExecStatusType status) {
  return IsRows(status) || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY ||
         status == PGRES_PIPELINE_SYNC;
}

}  // namespace

// The rows that one query still brings. While it is on the wire the connection knows it; who needs
// the wire has it bring the rest home first.
class Connection::Stream final {
 public:
  Stream(Connection& connection, std::string_view sql) : connection_(connection), sql_(sql) {
    connection_.stream_ = this;
  }
  // Also when the caller's code threw, or stopped early.
  ~Stream() {
    while (OnWire()) {
      if (Result<ResultPtr> next = Fetch(); !next) break;
    }
    if (OnWire()) connection_.stream_ = nullptr;
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // One result, null at the end.
  Result<ResultPtr> Take() {
    if (!home_.empty()) {
      ResultPtr first = std::move(home_.front());
      home_.pop_front();
      return first;
    }
    if (!OnWire()) return std::move(end_);
    return Fetch();
  }

  void BringHome() {
    for (;;) {
      Result<ResultPtr> next = Fetch();
      if (next && *next) {
        home_.push_back(std::move(*next));
        continue;
      }
      end_ = std::move(next);
      return;
    }
  }

 private:
  bool OnWire() const { return connection_.stream_ == this; }

  Result<ResultPtr> Fetch() {
    Result<ResultPtr> next = connection_.Next(sql_);
    if (next && *next && !IsGood(PQresultStatus(next->get()))) {
      const Status failed = connection_.Failed(next->get(), sql_);
      if (Status settled = connection_.Settle(sql_); !settled) next = ErrorOf(settled);
      next = ErrorOf(failed);
    }
    if (!next || !*next) connection_.stream_ = nullptr;
    return next;
  }

  Connection& connection_;
  const std::string_view sql_;
  std::deque<ResultPtr> home_;
  Result<ResultPtr> end_ = ResultPtr();
};

void CloseConnection::operator()(pg_conn* connection) const { PQfinish(connection); }
void ClearResult::operator()(pg_result* result) const { PQclear(result); }

Connection::Connection(pg_conn* connection) : connection_(connection) {}
Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::Open(const Address& address,
                                                     milliseconds statement_limit) {
  Result<pg_conn*> made = Connect(address);
  if (!made) return ErrorOf(made);
  std::unique_ptr<Connection> connection(new Connection(*made));
  if (Status ready = connection->SetUp(statement_limit); !ready) return ErrorOf(ready);
  return connection;
}

Status Connection::SetUp(milliseconds statement_limit) {
  PQsetnonblocking(connection_.get(), 1);
  // Notices are for a person at a terminal.
  PQsetNoticeReceiver(
      connection_.get(), [](void*, const PGresult*) {}, nullptr);
  LimitTime(milliseconds(kConnectWithin));
  Status set = Run(SessionSettings(statement_limit));
  UnlimitTime();
  return set;
}

void Connection::LimitTime(milliseconds limit) {
  begun_ = steady_clock::now() + limit;
  deadline_ = begun_ + kGrace;
}

Status Connection::CheckTime() const {
  if (steady_clock::now() < begun_) return {};
  return Fail(ErrorCode::kUnavailable, "all of it together took too long");
}

bool Connection::IsLost() const { return lost_ || PQstatus(connection_.get()) != CONNECTION_OK; }

bool Connection::InTransaction() const {
  return PQtransactionStatus(connection_.get()) != PQTRANS_IDLE;
}

int Connection::socket() const { return PQsocket(connection_.get()); }

bool Connection::IsIdle() {
  if (IsLost() || InTransaction()) return false;
  // A server that goes says so, or closes: either way there is something to be read.
  pollfd end{socket(), POLLIN, 0};
  if (::poll(&end, 1, 0) == 0) return true;
  return PQconsumeInput(connection_.get()) != 0 && PQstatus(connection_.get()) == CONNECTION_OK;
}

bool Connection::TakeNotifications() {
  if (PQconsumeInput(connection_.get()) == 0) lost_ = true;
  bool any = false;
  while (PGnotify* one = PQnotifies(connection_.get())) {
    PQfreemem(one);
    any = true;
  }
  return any;
}

Status Connection::Lose(std::string_view why, std::string_view doing) {
  lost_ = true;
  return Fail(ErrorCode::kUnavailable, "PostgreSQL: the connection was lost (" + std::string(why) +
                                           ") in: " + std::string(doing));
}

Status Connection::Failed(const pg_result* result, std::string_view doing) {
  const char* const state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  if (state == nullptr) return Lose(PQerrorMessage(connection_.get()), doing);
  const char* const message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  if (MaySucceedAgain(state)) may_succeed_again_ = true;
  if (EndsConnection(state)) lost_ = true;
  return Failure(state, message == nullptr ? "" : message, doing);
}

Status Connection::Send(bool sent, std::string_view doing) {
  if (sent) return {};
  return Lose(PQerrorMessage(connection_.get()), doing);
}

// The next result; null when there is no further one of this statement.
Result<ResultPtr> Connection::Next(std::string_view doing) {
  pg_conn* const connection = connection_.get();
  for (;;) {
    const int flushed = PQflush(connection);
    if (flushed < 0) return ErrorOf(Lose(PQerrorMessage(connection), doing));
    if (flushed == 0 && PQisBusy(connection) == 0) return ResultPtr(PQgetResult(connection));
    const auto left = std::chrono::ceil<milliseconds>(deadline_ - steady_clock::now());
    if (left.count() <= 0) return ErrorOf(Lose("it does not answer", doing));
    const short events = flushed == 0 ? POLLIN : static_cast<short>(POLLIN | POLLOUT);
    pollfd end{PQsocket(connection), events, 0};
    const int wait = static_cast<int>(std::min<std::int64_t>(left.count(), 60'000));
    if (::poll(&end, 1, wait) < 0 && errno != EINTR) return ErrorOf(Lose("poll", doing));
    if ((end.revents & ~POLLOUT) != 0 && PQconsumeInput(connection) == 0) {
      return ErrorOf(Lose(PQerrorMessage(connection), doing));
    }
  }
}

// Takes what is left of a statement, so that the next one can be sent. Its first failure counts.
Status Connection::Settle(std::string_view doing) {
  Status settled;
  for (;;) {
    Result<ResultPtr> next = Next(doing);
    if (!next) return ErrorOf(next);
    if (!*next) return settled;
    if (!IsGood(PQresultStatus(next->get()))) {
      Status failed = Failed(next->get(), doing);
      if (settled) settled = std::move(failed);
    }
  }
}

void Connection::BringStreamHome() {
  if (stream_) stream_->BringHome();
}

Status Connection::Run(const std::string& sql) {
  if (IsLost()) return Lose("before", sql);
  BringStreamHome();
  savepoint_ = false;
  const bool failed_before = PQtransactionStatus(connection_.get()) == PQTRANS_INERROR;
  if (Status sent = Send(PQsendQuery(connection_.get(), sql.c_str()) != 0, sql); !sent) return sent;
  if (Status done = Settle(sql); !done) return done;
  // The server says ROLLBACK to such a COMMIT, and calls it no error.
  if (failed_before && sql == "COMMIT") {
    return Fail(ErrorCode::kInternal, "a statement that failed was passed over");
  }
  return {};
}

Result<std::string> Connection::Prepare(std::string_view sql, Params params) {
  std::string key = TypesOf(params) + ":" + std::string(sql);
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    order_.splice(order_.begin(), order_, found->second);
    return found->second->name;
  }
  if (Status fits = CheckParameters(sql, params.size()); !fits) return ErrorOf(fits);
  if (order_.size() >= kCachedStatements) {
    const Prepared oldest = std::move(order_.back());
    by_key_.erase(oldest.key);
    order_.pop_back();
    if (Status gone = Forget(oldest); !gone) return ErrorOf(gone);
  }
  const std::string name = "s" + std::to_string(++prepared_count_);
  const std::vector<unsigned> types = TypeNumbers(params);
  const std::string text(sql);
  Status done = Send(PQsendPrepare(connection_.get(), name.c_str(), text.c_str(),
                                   static_cast<int>(types.size()), types.data()) != 0,
                     sql);
  if (done) done = Settle(sql);
  if (!done) return ErrorOf(done);
  order_.push_front({std::move(key), name});
  by_key_.emplace(order_.front().key, order_.begin());
  return name;
}

Status Connection::Forget(const Prepared& oldest) {
  const std::string sql = "DEALLOCATE " + oldest.name;
  if (Status sent = Send(PQsendQuery(connection_.get(), sql.c_str()) != 0, sql); !sent) return sent;
  return Settle(sql);
}

Status Connection::Query(std::string_view sql, Params params, const OnRow& on_row) {
  if (IsLost()) return Lose("before", sql);
  if (Status time = CheckTime(); !time) return time;
  if (!IsOfKind(sql, StatementKind::kSelect)) {
    return Fail(ErrorCode::kInternal, "Query is for SELECT: " + std::string(sql));
  }
  if (Status valid = CheckValues(params); !valid) return valid;
  BringStreamHome();
  const Result<std::string> name = Prepare(sql, params);
  if (!name) return ErrorOf(name);
  const Binding bound(params);
  const bool sent = PQsendQueryPrepared(connection_.get(), name->c_str(), bound.count(),
                                        bound.values(), bound.lengths(), bound.formats(), 0) != 0;
  if (Status s = Send(sent, sql); !s) return s;
  PQsetSingleRowMode(connection_.get());
  Stream stream(*this, sql);
  for (;;) {
    Result<ResultPtr> next = stream.Take();
    if (!next) return ErrorOf(next);
    if (!*next) return {};
    if (PQntuples(next->get()) == 0) continue;
    if (!on_row(ResultRow(next->get(), 0, sql))) return {};
  }
}

Result<std::string> Connection::Value(std::string_view sql, Params params) {
  std::string value;
  Status read = Query(sql, params, [&](const Row& row) {
    value = row.String(0);
    return false;
  });
  if (!read) return ErrorOf(read);
  return value;
}

}  // namespace heirloom::postgres
