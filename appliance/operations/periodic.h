#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "appliance/base/result.h"

namespace heirloom {

// Runs a task again and again, on a thread of its own, until it is destroyed; then once more, so
// that what waits to be written down is. What fails is logged and tried again the next time.
class Periodic {
 public:
  Periodic(std::string name, std::chrono::milliseconds interval, std::function<Status()> task);

 private:
  std::jthread thread_;
};

}  // namespace heirloom
