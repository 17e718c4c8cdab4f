#pragma once

#include <cstdint>
#include <mutex>
#include <ostream>
#include <string_view>

#include "appliance/base/clock.h"
#include "appliance/base/progress.h"
#include "appliance/cli/progress_bar.h"

namespace heirloom::cli {

// How far a command is, on stderr: a bar where a person watches, otherwise a line of JSON
// {"progress":{"what":…,"done":n,"total":n}} at most every two seconds. A command that ends at once
// shows nothing. Ctrl-C ends the process, so nothing here is ever cancelled.
class ProgressDisplay final : public Progress {
 public:
  ProgressDisplay(std::ostream& err, bool terminal, const Clock& clock)
      : bar_(err, terminal, clock) {}

  void Show(std::string_view what, std::int64_t done, std::int64_t total) override;
  bool Cancelled() const override { return false; }
  // Takes the bar away, so that what follows begins on an empty line.
  void End();

 private:
  std::mutex mutex_;
  ProgressBar bar_;
};

}  // namespace heirloom::cli
