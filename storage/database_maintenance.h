// DatabaseMaintenance is the port to what an operator does with the truth as a whole. Apart from
// Database because it also has to work on one that can no longer be opened, or not yet.
//
// Thread-safe. It reads beside a Database that is open, without holding up its writers.

#pragma once

#include <filesystem>

#include "appliance/base/progress.h"
#include "appliance/base/result.h"
#include "appliance/domain/finding.h"
#include "appliance/domain/position.h"

namespace heirloom {

class DatabaseMaintenance {
 public:
  virtual ~DatabaseMaintenance() = default;

  // Looks over how the rows are kept, changing nothing: whether it is ours, whole, and of a schema
  // that this program works with. False when nothing more can be read from it, or not yet: a
  // Database would have to bring its schema up to date first. kUnavailable when it was called off.
  virtual Result<bool> Inspect(Findings& findings, Progress& progress) = 0;

  // Writes a consistent copy of everything to a new file, checks it, and makes it durable before it
  // gets its name: there is a whole copy afterwards, or none. `out` is absolute. kConflict when it
  // exists. Gives the position that the copy is at.
  virtual Result<Position> BackUp(const std::filesystem::path& out, Progress& progress) = 0;
};

// What an adapter's restore came to: a copy stands in the database's place.
struct Restored {
  Position position;               // In its new epoch.
  std::filesystem::path replaced;  // Where the database is that was there; empty: there was none.
};

}  // namespace heirloom
