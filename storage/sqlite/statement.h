// Prepared statements and the bounded cache that keeps them. Inside storage/sqlite only.

#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "appliance/base/result.h"
#include "storage/database.h"

struct sqlite3;
struct sqlite3_stmt;

namespace heirloom::sqlite {

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const;
};

// The failure for an extended result code of SQLite, in the words of the connection. `doing` is
// added for the log: SQL, never values.
Status Failure(sqlite3* database, int code, std::string_view doing);

// One compiled statement. Not thread-safe.
class Statement final {
 public:
  // kInternal when `sql` is wrong, is more than one statement, or has a parameter not named $1,
  // $2….
  static Result<Statement> Prepare(sqlite3* database, std::string_view sql);

  const std::string& sql() const { return sql_; }
  sqlite3_stmt* raw() const { return handle_.get(); }

  // Binds by number. The texts stay the caller's until Reset. kInvalidArgument for text that is not
  // well-formed UTF-8 or holds U+0000, and for a double that is no finite number.
  Status Bind(Params params);

  // Ready for the next use; drops what was bound.
  void Reset();

 private:
  Statement(sqlite3* database, sqlite3_stmt* handle, std::string_view sql);

  sqlite3* database_;
  std::unique_ptr<sqlite3_stmt, FinalizeStatement> handle_;
  std::string sql_;
  std::vector<std::size_t> numbers_;  // By SQLite's index - 1: which parameter it is, from 0.
  std::size_t parameters_ = 0;
};

// The statements used last, by their text. A statement is taken out while it runs, so the same text
// may run inside itself.
class StatementCache final {
 public:
  explicit StatementCache(std::size_t capacity) : capacity_(capacity) {}

  Result<Statement> Take(sqlite3* database, std::string_view sql);
  void Give(Statement statement);
  void Clear();
  std::size_t size() const { return order_.size(); }

 private:
  const std::size_t capacity_;
  std::list<Statement> order_;  // Newest first.
  std::unordered_map<std::string_view, std::list<Statement>::iterator> by_sql_;
};

}  // namespace heirloom::sqlite
