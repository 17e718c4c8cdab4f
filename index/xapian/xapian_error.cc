#include "index/xapian/xapian_error.h"

#include <xapian.h>

#include <string>
#include <string_view>

namespace heirloom::xapian {

Error FromXapian(const Xapian::Error& error) {
  // Its classes have no virtual functions: the name is how they are told apart.
  const std::string_view type = error.get_type();
  const bool passing = type == "DatabaseModifiedError" || type == "DatabaseLockError" ||
                       type == "DatabaseOpeningError";
  std::string message = std::string(type) + ": " + error.get_msg();
  const char* cause = error.get_error_string();
  if (cause != nullptr) message.append(" (").append(cause).append(")");
  return {passing ? ErrorCode::kUnavailable : ErrorCode::kInternal, std::move(message), {}};
}

}  // namespace heirloom::xapian
