// The embedded Database: one SQLite file and its write-ahead log.

#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/log.h"
#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "storage/database.h"
#include "storage/migrations/migrations.h"
#include "storage/sqlite/limits.h"

namespace heirloom {

struct SqliteOptions {
  std::filesystem::path path;  // Its folder must be there; the file is made with mode 0600.
  const Clock& clock;          // Both must outlive the Database.
  Random& random;
  std::vector<Migration> migrations = AllMigrations();
  sqlite::ReadLimits reads = {};
  sqlite::WriteLimits writes = {};
  // Called when the disk fails under a commit or checkpoint. The default ends the process, since
  // nothing can be promised any more; tests look on instead.
  std::function<void(std::string_view)> on_disk_failure = Panic;
};

// Opens or makes the database and migrates it. This process alone may use the file (the data
// directory's lock sees to that). Fails with kUnavailable in words for the operator, with kInternal
// when the file is damaged or no database.
Result<std::unique_ptr<Database>> OpenSqliteDatabase(const SqliteOptions& options);

}  // namespace heirloom
