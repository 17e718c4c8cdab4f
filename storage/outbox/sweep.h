#pragma once

#include <cstdint>

#include "appliance/base/clock.h"
#include "appliance/base/result.h"
#include "storage/database.h"

namespace heirloom {

struct SweepOptions {
  Time now;
  std::int64_t needed_after = 0;  // Somebody has yet to see what comes after this sequence.
  int at_most = 10'000;           // Rows, so that no write is long.
};

// Takes away events that are older than seven days and that every consumer, and whoever is meant by
// `needed_after`, has passed; the newest one stays. A consumer that was not seen for 30 days holds
// nothing back. Gives how many went; with `at_most` of them, there may be more.
Result<std::int64_t> SweepOutbox(Database& database, const SweepOptions& options);

}  // namespace heirloom
