#include "storage/sqlite/statement.h"

#include <sqlite3.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "appliance/base/log.h"
#include "appliance/base/number.h"
#include "appliance/base/text.h"

namespace heirloom::sqlite {
namespace {

bool RefusesData(int extended_code) {
  switch (extended_code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
    case SQLITE_CONSTRAINT_FOREIGNKEY:
    case SQLITE_CONSTRAINT_CHECK:
    case SQLITE_CONSTRAINT_TRIGGER:
      return true;
    default:  // NOT NULL and STRICT's types: the caller wrote wrong SQL.
      return false;
  }
}

ErrorCode CodeOf(int extended_code) {
  switch (extended_code & 0xff) {
    case SQLITE_CONSTRAINT:
      return RefusesData(extended_code) ? ErrorCode::kConflict : ErrorCode::kInternal;
    case SQLITE_TOOBIG:
      return ErrorCode::kTooLarge;
    case SQLITE_BUSY:
    case SQLITE_CANTOPEN:
    case SQLITE_FULL:
    case SQLITE_INTERRUPT:
    case SQLITE_IOERR:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
      return ErrorCode::kUnavailable;
    default:
      return ErrorCode::kInternal;
  }
}

// "$12" -> 11.
std::optional<std::size_t> NumberOf(const char* name) {
  if (name == nullptr || name[0] != '$') return std::nullopt;
  const auto number = ParseNumber<std::size_t>(name + 1);
  if (!number || *number == 0) return std::nullopt;
  return *number - 1;
}

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n;") == std::string_view::npos;
}

// Binds one value; an SQLite result code.
struct Binder {
  sqlite3_stmt* statement;
  int index;

  int operator()(std::nullptr_t) const { return sqlite3_bind_null(statement, index); }
  int operator()(std::int64_t number) const { return sqlite3_bind_int64(statement, index, number); }
  int operator()(double number) const { return sqlite3_bind_double(statement, index, number); }
  int operator()(std::string_view text) const {
    // A view without data would be bound as NULL.
    const char* data = text.data() == nullptr ? "" : text.data();
    return sqlite3_bind_text64(statement, index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
};

Status CheckValue(const SqlValue& value) {
  if (const auto* text = std::get_if<std::string_view>(&value); text && !IsStorableText(*text)) {
    return Fail(ErrorCode::kInvalidArgument, "text must be UTF-8 without U+0000");
  }
  if (const auto* number = std::get_if<double>(&value); number && !std::isfinite(*number)) {
    return Fail(ErrorCode::kInvalidArgument, "a number must be finite");
  }
  return {};
}

}  // namespace

void FinalizeStatement::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Status Failure(sqlite3* database, int code, std::string_view doing) {
  const std::string detail = database ? sqlite3_errmsg(database) : sqlite3_errstr(code);
  if (CodeOf(code) == ErrorCode::kConflict) {
    // Visitors may read the message of a conflict, so names of tables stay out of it.
    Log(LogLevel::kDebug, "a constraint refused a change", {{"detail", detail}});
    return Fail(ErrorCode::kConflict, "this does not go with what is stored already");
  }
  return Fail(CodeOf(code),
              "SQLite: " + detail + " (" + std::to_string(code) + ") in: " + std::string(doing));
}

Statement::Statement(sqlite3* database, sqlite3_stmt* handle, std::string_view sql)
    : database_(database), handle_(handle), sql_(sql) {}

Result<Statement> Statement::Prepare(sqlite3* database, std::string_view sql) {
  sqlite3_stmt* handle = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, &rest);
  Statement statement(database, handle, sql);
  if (code != SQLITE_OK) return ErrorOf(Failure(database, code, sql));
  const auto used = static_cast<std::size_t>(rest - sql.data());
  if (handle == nullptr || !IsBlank(sql.substr(used))) {
    return Fail(ErrorCode::kInternal, "must be exactly one statement: " + std::string(sql));
  }
  const int count = sqlite3_bind_parameter_count(handle);
  for (int index = 1; index <= count; ++index) {
    const auto number = NumberOf(sqlite3_bind_parameter_name(handle, index));
    if (!number) {
      return Fail(ErrorCode::kInternal, "parameters are $1, $2, …: " + std::string(sql));
    }
    statement.numbers_.push_back(*number);
    statement.parameters_ = std::max(statement.parameters_, *number + 1);
  }
  // Names are distinct, so as many names as the highest number means that none is left out.
  if (statement.parameters_ != statement.numbers_.size()) {
    return Fail(ErrorCode::kInternal, "a parameter is never used: " + std::string(sql));
  }
  return statement;
}

Status Statement::Bind(Params params) {
  if (params.size() != parameters_) {
    return Fail(ErrorCode::kInternal, std::to_string(params.size()) + " values for " +
                                          std::to_string(parameters_) + " parameters: " + sql_);
  }
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    const SqlValue& value = params[numbers_[i]];
    if (Status valid = CheckValue(value); !valid) return valid;
    const int code = std::visit(Binder{raw(), static_cast<int>(i) + 1}, value);
    if (code != SQLITE_OK) return Failure(database_, code, sql_);
  }
  return {};
}

void Statement::Reset() {
  sqlite3_reset(raw());
  sqlite3_clear_bindings(raw());
}

Result<Statement> StatementCache::Take(sqlite3* database, std::string_view sql) {
  const auto found = by_sql_.find(sql);
  if (found == by_sql_.end()) return Statement::Prepare(database, sql);
  const auto entry = found->second;
  by_sql_.erase(found);
  Statement statement = std::move(*entry);
  order_.erase(entry);
  return statement;
}

void StatementCache::Give(Statement statement) {
  statement.Reset();
  if (by_sql_.contains(statement.sql())) return;
  order_.push_front(std::move(statement));
  by_sql_.emplace(order_.front().sql(), order_.begin());
  if (order_.size() <= capacity_) return;
  by_sql_.erase(order_.back().sql());
  order_.pop_back();
}

void StatementCache::Clear() {
  by_sql_.clear();
  order_.clear();
}

}  // namespace heirloom::sqlite
