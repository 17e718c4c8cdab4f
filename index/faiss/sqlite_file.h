// A SQLite file of our own: what storage/sqlite offers is the truth's database, without blobs.
// Inside index/faiss only.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

#include "appliance/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace heirloom::faiss_index {

using Blob = std::span<const float>;
using SqlParam = std::variant<std::nullptr_t, std::int64_t, std::string_view, Blob>;

// A row of an answer; views die with it.
class SqlRow {
 public:
  explicit SqlRow(sqlite3_stmt* statement) : statement_(statement) {}
  bool IsNull(int column) const;
  std::int64_t Integer(int column) const;
  std::string_view Text(int column) const;
  std::string String(int column) const { return std::string(Text(column)); }
  std::size_t Bytes(int column) const;
  const void* Data(int column) const;

 private:
  sqlite3_stmt* statement_;
};

// One connection. Not thread-safe.
class SqliteFile {
 public:
  // Makes the file, mode 0600. kInternal when it is damaged or no database; kUnavailable otherwise.
  static Result<SqliteFile> Open(const std::filesystem::path& path);

  // Runs one statement, its parameters ?1, ?2, … in order. Prepared once and kept: few texts.
  Status Run(std::string_view sql, std::initializer_list<SqlParam> params = {},
             const std::function<Status(const SqlRow&)>& on_row = {});
  // Rows that the last INSERT, UPDATE or DELETE changed.
  std::int64_t Changes() const;

  // Runs `fn` in a transaction and commits it durably; nothing of it stays when it fails.
  Status Transact(const std::function<Status()>& fn);

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

  explicit SqliteFile(sqlite3* database) : database_(database) {}
  Result<sqlite3_stmt*> Prepare(std::string_view sql);
  Status Failed(std::string_view doing) const;

  std::unique_ptr<sqlite3, Close> database_;
  std::unordered_map<std::string, Statement> statements_;  // Gone before the database closes.
};

}  // namespace heirloom::faiss_index
