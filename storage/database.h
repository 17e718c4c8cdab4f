// Database is the port to the one source of truth: every fact a person entered. `storage/sqlite`
// keeps it in the data directory. What every implementation promises is written as tests in
// tests/contract/database_contract.cc: change promise and test together.
//
// SQL is the portable part of SQLite's and PostgreSQL's: parameters are $1, $2, …, each used at
// least once; STRICT types; text compares byte-wise; NULL ordering is explicit; booleans are 0/1
// integers; times BIGINT microseconds (`Time`).
//
// Thread-safe: any method may be called from any thread. A `Reader` or `Transaction` belongs to the
// call it was given in.

#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/result.h"
#include "appliance/domain/event.h"
#include "appliance/domain/position.h"
#include "storage/commit_hooks.h"

namespace heirloom {

// A parameter. Text must outlive the call it is passed to; it is UTF-8 without U+0000, else the
// call fails with kInvalidArgument and the transaction can go on.
using SqlValue = std::variant<std::nullptr_t, std::int64_t, double, std::string_view>;

inline SqlValue SqlOf(const std::optional<std::string>& text) {
  return text ? SqlValue(std::string_view(*text)) : SqlValue(nullptr);
}
inline SqlValue SqlOf(Time time) { return SqlValue(time.micros); }

// The current row of a query. Columns count from 0; asking for one that is not there is a bug and
// ends the process. Views die with the row.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool IsNull(int column) const = 0;
  virtual std::int64_t Integer(int column) const = 0;   // 0 for NULL.
  virtual double Real(int column) const = 0;            // 0 for NULL.
  virtual std::string_view Text(int column) const = 0;  // Empty for NULL.
  std::string String(int column) const { return std::string(Text(column)); }
  Time TimeAt(int column) const { return {Integer(column)}; }
  std::optional<std::string> OptionalText(int column) const {
    return IsNull(column) ? std::nullopt : std::optional<std::string>(Text(column));
  }
};

using Params = std::span<const SqlValue>;

// Return false to stop early; that is no error.
using OnRow = std::function<bool(const Row&)>;

// Reads of one snapshot.
class Reader {
 public:
  virtual ~Reader() = default;

  // Runs one SELECT. Statements are prepared once per connection and kept, so `sql` should be a
  // literal or one of few texts. kInternal when the SQL is wrong or not one SELECT; kUnavailable
  // when this Read or Write has been running for 30 seconds. Rows seen before an error count for
  // nothing.
  virtual Status Query(std::string_view sql, Params params, const OnRow& on_row) = 0;
  Status Query(std::string_view sql, std::initializer_list<SqlValue> params, const OnRow& on_row) {
    return Query(sql, Params(params.begin(), params.size()), on_row);
  }

  // The newest committed event of this snapshot, with the database's epoch.
  virtual Result<Position> Head() = 0;
};

// One unit of change; reads see its own writes, and what others had committed when the statement
// began: with several writers, what was read may be another's by the time this one commits. Hence
// Lock.
class Transaction : public Reader {
 public:
  enum class LockMode { kShared, kExclusive };

  // Waits until no other transaction holds this name in a mode that excludes this one, and holds it
  // until this one ends: what is read afterwards stays so, as long as all who change it lock the
  // same name. It comes before the reads that it protects. Names belong to all of the application:
  // storage/locks.h. A database with one writer has nothing to wait for. kUnavailable after 10
  // seconds; two that wait for each other are run again.
  virtual Status Lock(std::string_view name, LockMode mode) = 0;

  // Runs one INSERT, UPDATE or DELETE; gives the number of rows changed. kConflict when a UNIQUE,
  // FOREIGN KEY or CHECK constraint refuses it (the transaction can go on: nothing was changed).
  // A missing value or one of the wrong type is a bug, kInternal. A deferred foreign key that is
  // still broken when `fn` ends makes its Write fail with kConflict.
  virtual Result<std::int64_t> Execute(std::string_view sql, Params params) = 0;
  Result<std::int64_t> Execute(std::string_view sql, std::initializer_list<SqlValue> params) {
    return Execute(sql, Params(params.begin(), params.size()));
  }

  // Puts an event into the outbox with this transaction. Events get their sequence when it commits,
  // so that sequence order is commit order.
  virtual void Append(Event event) = 0;
};

class Database {
 public:
  virtual ~Database() = default;

  // Runs `fn` on one snapshot, taken at its first query. Its error is handed on; an exception of
  // its becomes kInternal. It calls no other method of this Database: each Read holds one of few
  // connections. kUnavailable when none was free within 5 seconds.
  virtual Status Read(const std::function<Status(Reader&)>& fn) = 0;

  // Runs `fn` in a transaction and commits it durably: when this returns a value, the change
  // survives loss of power. When `fn` fails nothing of it stays and its error is handed on. `fn`
  // only reads and writes SQL, is short, may run again from the start (so it must set, not add to,
  // what it captures), and calls no other method of this Database. The position is that of the last
  // event appended, or the head when there was none. kUnavailable when the queue of waiting writes
  // is full or 10 seconds passed before `fn` began: nothing happened then.
  virtual Result<Position> Write(const std::function<Status(Transaction&)>& fn) = 0;

  // Up to `limit` (at most 10,000) events after `sequence`, in order.
  virtual Result<std::vector<StoredEvent>> EventsAfter(std::int64_t sequence, int limit) = 0;

  // Calls `hook(head)` soon after commits that appended events, from a thread of the database's,
  // as long as what this gives is kept; it must return at once. Hooks are added before the first
  // Write.
  [[nodiscard]] virtual CommitHooks::Subscription OnCommit(CommitHooks::Hook hook) = 0;

  // Deep check for `doctor` and readiness: can it be read and written?
  virtual Status Ping() = 0;
};

// Runs `fn` on one snapshot and hands on what it gives: auto story = ReadOne(db, [&](Reader& r) …).
template <typename Fn>
auto ReadOne(Database& database, Fn fn) -> decltype(fn(std::declval<Reader&>())) {
  using R = decltype(fn(std::declval<Reader&>()));
  std::optional<R> result;
  const Status read = database.Read([&](Reader& reader) -> Status {
    result.emplace(fn(reader));
    if (!*result) return ErrorOf(*result);
    return {};
  });
  if (!read) return R(ErrorOf(read));
  return std::move(*result);
}

}  // namespace heirloom
