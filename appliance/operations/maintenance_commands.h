#pragma once

#include <functional>
#include <string>

#include "appliance/domain/finding.h"
#include "appliance/operations/commands.h"
#include "storage/database_maintenance.h"

namespace heirloom {

// What a look over an installation came to: what was found, and how much was looked at.
struct Examination {
  Findings findings;
  std::int64_t events = 0;
  std::int64_t revisions = 0;
  std::int64_t documents = 0;
  std::int64_t blobs = 0;
};
using Examine = std::function<Result<Examination>(Progress&)>;

//   "backup"   {out}: an absolute path  → {file, bytes, position}
//   "doctor"   {}                       → {findings: [{severity, check, what, mend}], errors,
//                                          warnings, notes, examined: {events, revisions,
//                                          documents, blobs}}
// `maintenance` must outlive `commands`.
void AddMaintenanceCommands(Commands& commands, DatabaseMaintenance& maintenance, Examine examine);

}  // namespace heirloom
