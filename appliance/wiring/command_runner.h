#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "appliance/base/json.h"
#include "appliance/base/progress.h"
#include "appliance/base/result.h"
#include "appliance/operations/data_directory.h"
#include "appliance/wiring/config.h"
#include "storage/database_maintenance.h"

namespace heirloom {

// Runs one of the commands of operations/commands.h on an installation: inside its daemon, when one
// runs, else here, with the data directory locked for as long. Waits up to 10 seconds for a daemon
// that is just starting or a command that is just ending. `progress` hears how far it is either
// way; the daemon calls the command off when this process ends.
Result<Json> RunCommand(const Config& config, DataDirectory::Missing missing,
                        std::string_view command, std::string_view args_json, Progress& progress);

// Puts a copy back as the database, with a new epoch, and keeps what was there. Never beside a
// daemon: kUnavailable then.
Result<Restored> RestoreInstallation(const Config& config, const std::filesystem::path& from,
                                     Progress& progress);

// Brings the database's schema up to date. A database in the data directory is brought there by its
// daemon's start; this does the same beside none, and nothing beside one. In a cluster no daemon
// does it.
// `new_epoch`: it was put back from a copy by PostgreSQL's own tools.
Status MigrateInstallation(const Config& config, bool new_epoch);

}  // namespace heirloom
