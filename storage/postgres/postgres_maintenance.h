// What an operator does with a cluster's database as a whole.

#pragma once

#include <memory>
#include <vector>

#include "storage/database_maintenance.h"
#include "storage/migrations/migrations.h"
#include "storage/postgres/address.h"

namespace heirloom {

struct PostgresMaintenanceOptions {
  postgres::Address address;
  std::vector<Migration> migrations = AllMigrations();
};

// Opens nothing yet. Copies are PostgreSQL's own business: BackUp says which command makes them.
std::unique_ptr<DatabaseMaintenance> MakePostgresMaintenance(PostgresMaintenanceOptions options);

}  // namespace heirloom
