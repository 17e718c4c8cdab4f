// The schema of a PostgreSQL database. Inside storage/postgres only.

#pragma once

#include <span>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "storage/migrations/migrations.h"
#include "storage/postgres/connection.h"

namespace heirloom::postgres {

// As Migrate of storage/migrations/migration_runner.h, one process at a time; makes what this
// adapter needs beside it.
Status MigrateSchema(Connection& connection, std::span<const Migration> migrations,
                     const Clock& clock, Random& random);

// kUnavailable, in words for the operator, when the database lacks one of `migrations` or is not
// for this program. Changes nothing.
Status CheckSchema(Connection& connection, std::span<const Migration> migrations);

// Begins another history, after a copy was put back: a new epoch, and no session of those that were
// ended since.
Status BeginEpoch(Connection& connection, Random& random);

}  // namespace heirloom::postgres
