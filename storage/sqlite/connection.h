// One SQLite connection, set up the way Heirloom needs it. Inside storage/sqlite only.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "appliance/base/progress.h"
#include "appliance/base/result.h"
#include "storage/database.h"
#include "storage/sqlite/statement.h"

namespace heirloom::sqlite {

struct CloseConnection {
  void operator()(sqlite3* database) const;
};

// Not thread-safe: one thread at a time.
class Connection final {
 public:
  // kLook: for reading a file as it is, whatever log it keeps; whose it may be is not known.
  enum class Mode { kReadWrite, kReadOnly, kLook };
  static constexpr std::size_t kCachedStatements = 128;

  // Write-ahead log, synchronous=FULL, foreign keys, no trust in the schema. The first connection
  // to a file must be kReadWrite: it makes the file (mode 0600) and its log.
  static Result<std::unique_ptr<Connection>> Open(const std::filesystem::path& path, Mode mode);

  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // As in storage/database.h.
  Status Query(std::string_view sql, Params params, const OnRow& on_row);
  Result<std::int64_t> Execute(std::string_view sql, Params params);

  // Any statements, without parameters and results: BEGIN, COMMIT, PRAGMA, DDL.
  Status Run(const std::string& sql);

  // The first column of the first row, as text; empty without a row. For PRAGMA.
  Result<std::string> Value(const std::string& sql);

  // Statements that run while nobody waits for them any more end with kUnavailable.
  void EndWith(const Progress& progress) { progress_ = &progress; }

  // When it closes, the log stays as it is.
  void LeaveLog();

  // SQLite's own, for what has no method here.
  sqlite3* raw() const { return database_.get(); }

  bool InTransaction() const;

  // Whether a deferred foreign key is broken at this moment, which would fail the COMMIT.
  bool HasBrokenReferences() const;

  std::int64_t LastRowId() const;

  // Every statement ends with kUnavailable once `limit` has passed from now.
  void LimitTime(std::chrono::milliseconds limit);
  void UnlimitTime();

  // Whether the last call failed because the disk did (not because it is full).
  bool DiskFailed() const;

  // Pages in the write-ahead log after the last commit of this connection.
  int LogPages() const { return log_pages_; }

  // Copies the log into the database as far as readers allow, without waiting.
  Status CheckpointPassive();
  // Copies all of it and empties the file, waiting up to `patience` for readers of older snapshots.
  Status CheckpointTruncate(std::chrono::milliseconds patience);

  std::size_t CachedStatements() const { return cache_.size(); }

 private:
  using Deadline = std::chrono::steady_clock::time_point;

  Connection(sqlite3* database, Mode mode);
  Status SetUp();
  Status UseLog();
  Status Failed(int code, std::string_view doing) const;

  std::unique_ptr<sqlite3, CloseConnection> database_;
  const Mode mode_;
  StatementCache cache_{kCachedStatements};  // After database_: gone before it closes.
  bool IsTimeToEnd() const;

  Deadline deadline_ = Deadline::max();
  const Progress* progress_ = nullptr;
  int log_pages_ = 0;
};

}  // namespace heirloom::sqlite
