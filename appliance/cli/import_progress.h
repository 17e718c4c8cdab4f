#pragma once

#include <optional>
#include <ostream>

#include "appliance/base/clock.h"
#include "appliance/cli/import_report.h"
#include "appliance/cli/progress_bar.h"
#include "storage/remote/retry.h"

namespace heirloom::cli {

// How far an import is, on stderr: a bar where a person watches, otherwise a line of JSON
// {"progress":{…}} at most every two seconds, for a log or a program.
class ImportProgress {
 public:
  ImportProgress(std::ostream& err, bool terminal, const Clock& clock)
      : bar_(err, terminal, clock) {}

  // `fraction` from 0 to 1, nullopt when the end is not in sight.
  void Show(const ImportReport& report, std::size_t read, std::optional<double> fraction);
  // Why it stands still.
  void ShowRetry(const RetryingSender::Retry& retry);
  // Takes the bar away, so that what follows begins on an empty line.
  void End() { bar_.Clear(); }

 private:
  ProgressBar bar_;
};

}  // namespace heirloom::cli
