#pragma once

#include <ostream>
#include <string>

#include "appliance/base/clock.h"
#include "appliance/base/progress.h"
#include "appliance/base/random.h"
#include "storage/remote/http_client.h"
#include "storage/remote/retry.h"

namespace heirloom::cli {

// Everything outside that a command which talks to a server touches.
struct ServerWorld {
  HttpClient& client;
  Pauses& pauses;
  const Clock& clock;
  Random& random;
  Progress& progress;
  std::ostream& out;
  std::ostream& err;
  std::string token;  // Of the environment.
};

}  // namespace heirloom::cli
