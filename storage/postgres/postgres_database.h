// The Database of a cluster: PostgreSQL 15 or later, shared by any number of processes.

#pragma once

#include <memory>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "storage/database.h"
#include "storage/migrations/migrations.h"
#include "storage/postgres/address.h"
#include "storage/postgres/limits.h"

namespace heirloom {

struct PostgresOptions {
  postgres::Address address;
  const Clock& clock;  // Both must outlive the Database.
  Random& random;
  std::vector<Migration> migrations = AllMigrations();
  postgres::PoolLimits reads = {};
  postgres::PoolLimits writes = postgres::kWriting;
};

// Opens a database whose schema is up to date: kUnavailable, in words for the operator, when it is
// not, when it is not for this program, or when it cannot be reached.
Result<std::unique_ptr<Database>> OpenPostgresDatabase(const PostgresOptions& options);

// Brings its schema up to date. Of several processes that do, one does and the others wait.
Status MigratePostgresDatabase(const PostgresOptions& options);

// For one that was put back from a copy: a new epoch, so that every projection of what was there is
// built again, and no sessions, so that none that was ended since comes back.
Status BeginPostgresEpoch(const PostgresOptions& options);

}  // namespace heirloom
