#include "storage/guarded_call.h"

#include <exception>
#include <string>

namespace heirloom {

Status CallGuarded(const std::function<Status()>& call) {
  try {
    return call();
  } catch (const std::exception& thrown) {
    return Fail(ErrorCode::kInternal,
                std::string("an exception left a database function: ") + thrown.what());
  } catch (...) {
    return Fail(ErrorCode::kInternal, "an exception left a database function");
  }
}

}  // namespace heirloom
