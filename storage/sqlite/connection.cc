#include "storage/sqlite/connection.h"

#include <sqlite3.h>

#include <utility>

#include "appliance/base/log.h"
#include "storage/sqlite/files.h"

namespace heirloom::sqlite {
namespace {

// A single process owns the file, so nobody else can hold a lock for long; this covers recovery of
// the log after a crash, which happens once at the first open.
constexpr int kBusyMilliseconds = 5'000;
constexpr int kInstructionsBetweenLooks = 4'000;
constexpr int kLargestValueBytes = 64 << 20;

constexpr const char* kPragmas =
    "PRAGMA synchronous = FULL;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -8192;"      // KiB, for each connection.
    "PRAGMA mmap_size = 67108864;"    // 64 MiB; one mapping's pages are shared by all.
    "PRAGMA wal_autocheckpoint = 0";  // The writer checkpoints after it has answered.

class StatementRow final : public Row {
 public:
  explicit StatementRow(const Statement& statement) : statement_(statement) {}

  bool IsNull(int column) const override {
    return sqlite3_column_type(Handle(column), column) == SQLITE_NULL;
  }
  std::int64_t Integer(int column) const override {
    return sqlite3_column_int64(Handle(column), column);
  }
  double Real(int column) const override { return sqlite3_column_double(Handle(column), column); }
  std::string_view Text(int column) const override {
    const unsigned char* text = sqlite3_column_text(Handle(column), column);
    if (text == nullptr) return {};
    return {reinterpret_cast<const char*>(text),
            static_cast<std::size_t>(sqlite3_column_bytes(statement_.raw(), column))};
  }

 private:
  // SQLite gives NULL for a column that is not there, which would hide the mistake.
  sqlite3_stmt* Handle(int column) const {
    if (column < 0 || column >= sqlite3_column_count(statement_.raw())) {
      Panic("column " + std::to_string(column) + " is not in: " + statement_.sql());
    }
    return statement_.raw();
  }

  const Statement& statement_;
};

// Puts a statement back, also when the caller's code throws.
class Lease final {
 public:
  Lease(StatementCache& cache, Statement statement)
      : cache_(cache), statement_(std::move(statement)) {}
  ~Lease() { cache_.Give(std::move(statement_)); }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  Statement& operator*() { return statement_; }

 private:
  StatementCache& cache_;
  Statement statement_;
};

}  // namespace

void CloseConnection::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

Connection::Connection(sqlite3* database, Mode mode) : database_(database), mode_(mode) {}

Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::Open(const std::filesystem::path& path, Mode mode) {
  if (mode == Mode::kReadWrite) {
    if (Status made = MakePrivateFile(path); !made) return ErrorOf(made);
  }
  // Who looks can write, too, so that the log goes when nobody else has it open; but see
  // query_only.
  const int access = mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle,
                                   access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  std::unique_ptr<Connection> connection(new Connection(handle, mode));
  if (code != SQLITE_OK) return ErrorOf(connection->Failed(code, "open " + path.string()));
  if (Status ready = connection->SetUp(); !ready) return ErrorOf(ready);
  return connection;
}

Status Connection::SetUp() {
  sqlite3* const db = database_.get();
  sqlite3_busy_timeout(db, kBusyMilliseconds);
  sqlite3_limit(db, SQLITE_LIMIT_LENGTH, kLargestValueBytes);
  sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  // Otherwise "name" in double quotes that names no column is silently a text.
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);

  if (mode_ != Mode::kLook) {
    if (Status logged = UseLog(); !logged) return logged;
  }
  if (Status set = Run(kPragmas); !set) return set;
  if (mode_ != Mode::kReadWrite) {
    if (Status set = Run("PRAGMA query_only = ON"); !set) return set;
  }
  sqlite3_wal_hook(
      db,
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Connection*>(self)->log_pages_ = pages;
        return SQLITE_OK;
      },
      this);
  sqlite3_progress_handler(
      db, kInstructionsBetweenLooks,
      [](void* self) { return static_cast<const Connection*>(self)->IsTimeToEnd() ? 1 : 0; }, this);
  return {};
}

void Connection::LeaveLog() {
  sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

Status Connection::UseLog() {
  const Result<std::string> journal = Value("PRAGMA journal_mode = WAL");
  if (!journal) return ErrorOf(journal);
  if (*journal == "wal") return {};
  return Fail(ErrorCode::kUnavailable,
              "this file system cannot hold SQLite's write-ahead log (journal mode " + *journal +
                  "): put the data directory on a local disk");
}

bool Connection::IsTimeToEnd() const {
  return std::chrono::steady_clock::now() > deadline_ || (progress_ && progress_->Cancelled());
}

Status Connection::Failed(int code, std::string_view doing) const {
  return Failure(database_.get(), code, doing);
}

Status Connection::Query(std::string_view sql, Params params, const OnRow& on_row) {
  Result<Statement> taken = cache_.Take(database_.get(), sql);
  if (!taken) return ErrorOf(taken);
  Lease statement(cache_, std::move(*taken));
  sqlite3_stmt* const handle = (*statement).raw();
  if (!sqlite3_stmt_readonly(handle) || sqlite3_column_count(handle) == 0) {
    return Fail(ErrorCode::kInternal, "Query is for SELECT: " + std::string(sql));
  }
  if (Status bound = (*statement).Bind(params); !bound) return bound;
  const StatementRow row(*statement);
  while (true) {
    const int code = sqlite3_step(handle);
    if (code == SQLITE_DONE) return {};
    if (code != SQLITE_ROW) return Failed(code, sql);
    if (!on_row(row)) return {};
  }
}

Result<std::int64_t> Connection::Execute(std::string_view sql, Params params) {
  Result<Statement> taken = cache_.Take(database_.get(), sql);
  if (!taken) return ErrorOf(taken);
  Lease statement(cache_, std::move(*taken));
  sqlite3_stmt* const handle = (*statement).raw();
  if (sqlite3_stmt_readonly(handle) || sqlite3_column_count(handle) != 0) {
    return Fail(ErrorCode::kInternal, "Execute is for INSERT, UPDATE, DELETE: " + std::string(sql));
  }
  if (Status bound = (*statement).Bind(params); !bound) return ErrorOf(bound);
  const int code = sqlite3_step(handle);
  if (code != SQLITE_DONE) return ErrorOf(Failed(code, sql));
  return sqlite3_changes64(database_.get());
}

Status Connection::Run(const std::string& sql) {
  const int code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return Failed(code, sql);
  return {};
}

Result<std::string> Connection::Value(const std::string& sql) {
  Result<Statement> statement = Statement::Prepare(database_.get(), sql);
  if (!statement) return ErrorOf(statement);
  const int code = sqlite3_step(statement->raw());
  if (code == SQLITE_DONE) return std::string();
  if (code != SQLITE_ROW) return ErrorOf(Failed(code, sql));
  return StatementRow(*statement).String(0);
}

bool Connection::InTransaction() const { return sqlite3_get_autocommit(database_.get()) == 0; }

bool Connection::HasBrokenReferences() const {
  int broken = 0;
  int unused = 0;
  sqlite3_db_status(database_.get(), SQLITE_DBSTATUS_DEFERRED_FKS, &broken, &unused, 0);
  return broken != 0;
}

std::int64_t Connection::LastRowId() const { return sqlite3_last_insert_rowid(database_.get()); }

void Connection::LimitTime(std::chrono::milliseconds limit) {
  deadline_ = std::chrono::steady_clock::now() + limit;
}

void Connection::UnlimitTime() { deadline_ = Deadline::max(); }

bool Connection::DiskFailed() const {
  return (sqlite3_errcode(database_.get()) & 0xff) == SQLITE_IOERR;
}

Status Connection::CheckpointPassive() {
  const int code = sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                             nullptr, nullptr);
  if (code != SQLITE_OK) return Failed(code, "checkpoint");
  return {};
}

Status Connection::CheckpointTruncate(std::chrono::milliseconds patience) {
  sqlite3_busy_timeout(database_.get(), static_cast<int>(patience.count()));
  const int code = sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE,
                                             nullptr, nullptr);
  sqlite3_busy_timeout(database_.get(), kBusyMilliseconds);
  if (code != SQLITE_OK) return Failed(code, "checkpoint");
  log_pages_ = 0;
  return {};
}

}  // namespace heirloom::sqlite
