#pragma once

#include <future>
#include <thread>

#include "appliance/http/unique_fd.h"

namespace heirloom {

// Takes SIGTERM and SIGINT of the whole process, on a thread of its own. The first one asks it to
// stop; a second one ends it at once, whatever it is waiting for: everything acknowledged is on
// disk at any moment. Make it before other threads, which inherit that they do not take these
// signals.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();

  // Until the first one.
  void Wait();

 private:
  void Watch();

  http::UniqueFd signals_;
  http::UniqueFd end_;
  std::promise<void> asked_;
  std::jthread thread_;
};

}  // namespace heirloom
