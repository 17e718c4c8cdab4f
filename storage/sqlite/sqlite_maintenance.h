// What an operator does with the embedded database as a whole.

#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/progress.h"
#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "appliance/domain/position.h"
#include "storage/database_maintenance.h"
#include "storage/migrations/migrations.h"

namespace heirloom {

struct SqliteMaintenanceOptions {
  std::filesystem::path path;
  std::vector<Migration> migrations = AllMigrations();
};

// Opens nothing yet. This process holds the data directory's lock.
std::unique_ptr<DatabaseMaintenance> MakeSqliteMaintenance(SqliteMaintenanceOptions options);

struct SqliteRestoreOptions {
  std::filesystem::path from;  // A copy, made by BackUp or of the file of a stopped daemon.
  std::filesystem::path path;  // Where it goes; its folder is there.
  const Clock& clock;
  Random& random;
};

// Puts a copy in the database's place, with a new epoch, so that every projection of what was there
// is built again, and without sessions, so that none that was ended since comes back. What was
// there is kept aside. Nobody has the database open. Interrupted at any instant it leaves the one
// or the other in place, whole. kInvalidArgument when `from` is damaged or not ours: nothing was
// changed.
Result<Restored> RestoreSqliteDatabase(const SqliteRestoreOptions& options, Progress& progress);

}  // namespace heirloom
