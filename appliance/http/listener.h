#pragma once

#include <string>

#include "appliance/base/result.h"
#include "appliance/http/unique_fd.h"

namespace heirloom::http {

struct Listener {
  UniqueFd fd;  // Non-blocking.
  int port = 0;
};

// `host` is a name or an address; the first address it stands for is taken.
Result<Listener> OpenListener(const std::string& host, int port);

}  // namespace heirloom::http
