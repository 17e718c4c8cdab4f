#include "index/faiss/sqlite_file.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <utility>

namespace heirloom::faiss_index {
namespace {

constexpr int kBusyMilliseconds = 10'000;

bool IsDamage(int code) {
  return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

int Bind(sqlite3_stmt* statement, int at, const SqlParam& param) {
  if (const auto* number = std::get_if<std::int64_t>(&param)) {
    return sqlite3_bind_int64(statement, at, *number);
  }
  if (const auto* text = std::get_if<std::string_view>(&param)) {
    return sqlite3_bind_text64(statement, at, text->empty() ? "" : text->data(), text->size(),
                               SQLITE_STATIC, SQLITE_UTF8);
  }
  if (const auto* blob = std::get_if<Blob>(&param)) {
    return sqlite3_bind_blob64(statement, at, blob->data(), blob->size_bytes(), SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, at);
}

}  // namespace

bool SqlRow::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}
std::int64_t SqlRow::Integer(int column) const { return sqlite3_column_int64(statement_, column); }
std::string_view SqlRow::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return text ? std::string_view(text, Bytes(column)) : std::string_view();
}
std::size_t SqlRow::Bytes(int column) const {
  return static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
}
const void* SqlRow::Data(int column) const { return sqlite3_column_blob(statement_, column); }

void SqliteFile::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }
void SqliteFile::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Result<SqliteFile> SqliteFile::Open(const std::filesystem::path& path) {
  // SQLite would make it as the umask says; stories are nobody else's business.
  const int made = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (made >= 0) ::close(made);
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(
      path.c_str(), &raw,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
      nullptr);
  SqliteFile file(raw);
  if (opened != SQLITE_OK) {
    return Fail(ErrorCode::kUnavailable, path.string() + ": cannot be opened");
  }
  sqlite3_busy_timeout(raw, kBusyMilliseconds);
  for (const char* pragma : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
                             "PRAGMA secure_delete=FAST", "PRAGMA trusted_schema=OFF"}) {
    if (Status done = file.Run(pragma); !done) return ErrorOf(done);
  }
  return file;
}

Result<sqlite3_stmt*> SqliteFile::Prepare(std::string_view sql) {
  const auto found = statements_.find(std::string(sql));
  if (found != statements_.end()) return found->second.get();
  sqlite3_stmt* raw = nullptr;
  const int prepared = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  Statement statement(raw);
  if (prepared != SQLITE_OK) return ErrorOf(Failed(sql));
  statements_.emplace(sql, std::move(statement));
  return raw;
}

Status SqliteFile::Run(std::string_view sql, std::initializer_list<SqlParam> params,
                       const std::function<Status(const SqlRow&)>& on_row) {
  const auto prepared = Prepare(sql);
  if (!prepared) return ErrorOf(prepared);
  sqlite3_stmt* const statement = *prepared;
  int at = 0;
  int code = SQLITE_OK;
  for (const SqlParam& param : params) {
    code = Bind(statement, ++at, param);
    if (code != SQLITE_OK) break;
  }
  Status done;
  while (code == SQLITE_OK && done) {
    code = sqlite3_step(statement);
    if (code != SQLITE_ROW) break;
    code = SQLITE_OK;
    if (on_row) done = on_row(SqlRow(statement));
  }
  if (code != SQLITE_OK && code != SQLITE_DONE) done = Failed(sql);
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  return done;
}

std::int64_t SqliteFile::Changes() const { return sqlite3_changes64(database_.get()); }

Status SqliteFile::Transact(const std::function<Status()>& fn) {
  if (Status begun = Run("BEGIN IMMEDIATE"); !begun) return begun;
  Status done = fn();
  if (done) done = Run("COMMIT");
  if (!done && sqlite3_get_autocommit(database_.get()) == 0) {
    // The reason that is told is the first one.
    (void)Run("ROLLBACK");
  }
  return done;
}

Status SqliteFile::Failed(std::string_view doing) const {
  const int code = sqlite3_extended_errcode(database_.get());
  return Fail(
      IsDamage(code) ? ErrorCode::kInternal : ErrorCode::kUnavailable,
      "vectors.db: " + std::string(sqlite3_errmsg(database_.get())) + ": " + std::string(doing));
}

}  // namespace heirloom::faiss_index
