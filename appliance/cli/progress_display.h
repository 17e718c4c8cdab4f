#pragma once

#include <cstdint>
#include <mutex>
#include <ostream>
#include <string_view>

#include "appliance/base/clock.h"
#include "appliance/base/progress.h"

namespace heirloom::cli {

// How far a command is, on stderr: a bar where a person watches, otherwise a line of JSON
// {"progress":{"what":…,"done":n,"total":n}} at most every two seconds. A command that ends at once
// shows nothing. Ctrl-C ends the process, so nothing here is ever cancelled.
class ProgressDisplay final : public Progress {
 public:
  ProgressDisplay(std::ostream& err, bool terminal, const Clock& clock)
      : err_(err), terminal_(terminal), clock_(clock), shown_(clock.Now()) {}

  void Show(std::string_view what, std::int64_t done, std::int64_t total) override;
  bool Cancelled() const override { return false; }
  // Takes the bar away, so that what follows begins on an empty line.
  void End();

 private:
  void DrawBar(std::string_view what, std::int64_t done, std::int64_t total);
  void WriteLine(std::string_view what, std::int64_t done, std::int64_t total);

  std::mutex mutex_;
  std::ostream& err_;
  const bool terminal_;
  const Clock& clock_;
  Time shown_;
  bool drawn_ = false;
};

}  // namespace heirloom::cli
