#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace heirloom {

// What went wrong, in words the caller can act on. An adapter translates its engine's own codes
// into these; nothing above an adapter ever sees an sqlite3 code or an errno. Each has one HTTP
// status, given in appliance/http/problem.cc and nowhere else.
enum class ErrorCode {
  kMalformed,             // Cannot be read at all: broken JSON, a bad head.
  kInvalidArgument,       // Readable, but a field is wrong; `fields` names each.
  kUnauthenticated,       // Nobody is signed in.
  kForbidden,             // May see it, may not do that.
  kNotFound,              // Not there, or not to be known of.
  kConflict,              // Against the state of things.
  kPreconditionFailed,    // If-Match named an older version.
  kPreconditionRequired,  // If-Match is missing.
  kTooLarge,              // Over a size limit.
  kUnsupportedMediaType,  // A body of a kind that is not read here.
  kLimitExceeded,         // Too often.
  kUnavailable,           // Trying again later may help.
  kInternal,              // A bug, or damaged data.
};

// One field that is wrong and how to mend it; shown to whoever sent it.
struct FieldError {
  std::string pointer;  // JSON pointer into the body (RFC 6901), `?name` in the query, or a header.
  std::string message;

  friend bool operator==(const FieldError&, const FieldError&) = default;
};

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  // For kInternal and kUnavailable it goes to the log alone; otherwise visitors read it too, so it
  // must not tell what they may not know.
  std::string message;
  std::vector<FieldError> fields;
  // For kLimitExceeded and kUnavailable: when trying again makes sense. 0: not known.
  int retry_after_seconds = 0;
};

// A value, or the reason there is none. [[nodiscard]]: dropping one is a compile error. The only
// place that names tl::expected (std::expected needs C++23, which Debian 12's tools lack).
template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using Base = tl::expected<T, Error>;
  using Base::Base;
};
using Status = Result<void>;

// The error, ready to return from a function of another value type: if (!a) return ErrorOf(a);
template <typename T>
tl::unexpected<Error> ErrorOf(const Result<T>& failed) {
  return tl::unexpected<Error>(failed.error());
}

inline tl::unexpected<Error> Fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message), {}, 0});
}

inline tl::unexpected<Error> FailForNow(ErrorCode code, std::string message,
                                        int retry_after_seconds) {
  return tl::unexpected<Error>(Error{code, std::move(message), {}, retry_after_seconds});
}

// kInvalidArgument that names its fields. `errors` must not be empty.
inline tl::unexpected<Error> FailFields(std::vector<FieldError> errors) {
  std::string message = errors.front().pointer + ": " + errors.front().message;
  return tl::unexpected<Error>(
      Error{ErrorCode::kInvalidArgument, std::move(message), std::move(errors), 0});
}

}  // namespace heirloom
