#pragma once

#include <optional>
#include <ostream>
#include <string_view>

#include "appliance/base/clock.h"

namespace heirloom::cli {

// Where something long tells how far it is, on stderr: a bar where a person watches, lines of JSON
// for a log or a program otherwise. Not thread-safe.
class ProgressBar {
 public:
  ProgressBar(std::ostream& err, bool terminal, const Clock& clock)
      : err_(err), terminal_(terminal), clock_(clock), shown_(clock.Now()) {}

  bool terminal() const { return terminal_; }
  // Whether enough time has passed to show something again; then it counts as shown.
  bool Due();
  // The bar, in the place of the one before. `fraction` from 0 to 1, nullopt when the end is not in
  // sight: the text alone.
  void Draw(std::optional<double> fraction, std::string_view text);
  void WriteLine(std::string_view json) { err_ << json << std::endl; }
  // A line for people, above the bar that comes next.
  void Say(std::string_view line);
  // Takes the bar away, so that what follows begins on an empty line.
  void Clear();

 private:
  std::ostream& err_;
  const bool terminal_;
  const Clock& clock_;
  Time shown_;
  bool drawn_ = false;
};

}  // namespace heirloom::cli
