#include "storage/postgres/failure.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "appliance/base/log.h"

namespace heirloom::postgres {
namespace {

// Of a whole schema the beginning is enough.
constexpr std::size_t kMostSql = 500;

bool IsOneOf(std::string_view sqlstate, std::initializer_list<std::string_view> states) {
  return std::find(states.begin(), states.end(), sqlstate) != states.end();
}

// What libpq or the server says, and what an operator does about it. The server's part is in its
// own language; then its words stand alone.
constexpr std::array kAdvice = {
    std::pair{"password authentication failed",
              "the password is wrong or has expired: see storage.database_password"},
    std::pair{"no password supplied", "it wants a password: set storage.database_password_file"},
    std::pair{"certificate verify failed",
              "its certificate is not one to be believed: name the authority that signed it in "
              "storage.database_ca_file"},
    std::pair{"does not match host name",
              "its certificate is for another name than the one in storage.database"},
    std::pair{"server does not support SSL",
              "it speaks no TLS; have it do so, or write sslmode=disable into storage.database if "
              "nobody can listen on the way"},
    std::pair{"root certificate file", "storage.database_ca_file cannot be read"},
    std::pair{"does not exist", "make it first, and name it in storage.database"},
};

}  // namespace

ErrorCode CodeOf(std::string_view sqlstate) {
  // unique, foreign key, check, exclusion. Not 23502: a missing value is the caller's mistake.
  if (IsOneOf(sqlstate, {"23505", "23503", "23514", "23P01"})) return ErrorCode::kConflict;
  if (sqlstate == "54000") return ErrorCode::kTooLarge;  // As an index entry.
  // 57014: took too long. 55P03: waited too long for a lock. 25P03: was silent for too long.
  if (IsOneOf(sqlstate, {"57014", "55P03", "25P03"}) || MaySucceedAgain(sqlstate) ||
      EndsConnection(sqlstate) || sqlstate.starts_with("53") || sqlstate.starts_with("58")) {
    return ErrorCode::kUnavailable;
  }
  return ErrorCode::kInternal;
}

bool MaySucceedAgain(std::string_view sqlstate) { return IsOneOf(sqlstate, {"40001", "40P01"}); }

bool EndsConnection(std::string_view sqlstate) {
  return IsOneOf(sqlstate, {"57P01", "57P02", "57P03", "57P04", "57P05", "25P03"}) ||
         (sqlstate.starts_with("08") && sqlstate != "08P01");
}

Status Failure(std::string_view sqlstate, std::string_view message, std::string_view doing) {
  const ErrorCode code = CodeOf(sqlstate);
  const std::string detail(message.substr(0, message.find_last_not_of('\n') + 1));
  if (code == ErrorCode::kConflict) {
    Log(LogLevel::kDebug, "a constraint refused a change", {{"detail", detail}});
    return Fail(code, "this does not go with what is stored already");
  }
  if (code == ErrorCode::kTooLarge) {
    Log(LogLevel::kDebug, "a value was too large", {{"detail", detail}});
    return Fail(code, "this is too large to be kept");
  }
  return Fail(code, "PostgreSQL: " + detail + " (" + std::string(sqlstate) +
                        ") in: " + std::string(doing.substr(0, kMostSql)));
}

Status ConnectFailure(std::string_view message) {
  std::string words = "PostgreSQL cannot be reached: ";
  for (const char c : message) words += c == '\n' ? ' ' : c;
  words.erase(words.find_last_not_of(' ') + 1);
  for (const auto& [said, advice] : kAdvice) {
    if (message.find(said) == std::string_view::npos) continue;
    return Fail(ErrorCode::kUnavailable, words + " (" + advice + ")");
  }
  return Fail(ErrorCode::kUnavailable, words);
}

}  // namespace heirloom::postgres
