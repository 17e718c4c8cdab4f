#include "appliance/wiring/embedded.h"

#include "index/xapian/xapian_index.h"
#include "storage/sqlite/sqlite_database.h"
#include "storage/sqlite/sqlite_maintenance.h"

namespace heirloom {

Result<std::unique_ptr<Database>> OpenDatabase(const Config& config, const Clock& clock,
                                               Random& random) {
  return OpenSqliteDatabase({.path = config.storage.sqlite_file, .clock = clock, .random = random});
}

Result<std::unique_ptr<SearchIndex>> OpenSearchIndex(const Config& config) {
  return OpenXapianIndex({.directory = config.index.xapian_folder});
}

std::unique_ptr<DatabaseMaintenance> MakeDatabaseMaintenance(const Config& config) {
  return MakeSqliteMaintenance({.path = config.storage.sqlite_file});
}

}  // namespace heirloom
