#pragma once

#include <memory>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "appliance/wiring/config.h"
#include "storage/database.h"
#include "storage/database_maintenance.h"

namespace heirloom {

// The database that the configuration names. The caller holds the data directory's lock. What is
// passed must outlive what is opened.
Result<std::unique_ptr<Database>> OpenDatabase(const Config& config, const Clock& clock,
                                               Random& random);
std::unique_ptr<DatabaseMaintenance> MakeDatabaseMaintenance(const Config& config);

// Brings the schema up to date. One in the data directory is brought there by opening it.
// `new_epoch`: it was put back from a copy by the server's own tools.
Status MigrateDatabase(const Config& config, bool new_epoch, const Clock& clock, Random& random);

}  // namespace heirloom
