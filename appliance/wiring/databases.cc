#include "appliance/wiring/databases.h"

#include "storage/postgres/postgres_database.h"
#include "storage/postgres/postgres_maintenance.h"
#include "storage/sqlite/sqlite_database.h"
#include "storage/sqlite/sqlite_maintenance.h"

namespace heirloom {
namespace {

postgres::Address AddressOf(const Config::Postgres& postgres) {
  return {postgres.url, postgres.password, postgres.ca_file};
}

}  // namespace

Result<std::unique_ptr<Database>> OpenDatabase(const Config& config, const Clock& clock,
                                               Random& random) {
  if (const auto& postgres = config.storage.postgres) {
    return OpenPostgresDatabase(
        {.address = AddressOf(*postgres), .clock = clock, .random = random});
  }
  return OpenSqliteDatabase({.path = config.storage.sqlite_file, .clock = clock, .random = random});
}

std::unique_ptr<DatabaseMaintenance> MakeDatabaseMaintenance(const Config& config) {
  if (const auto& postgres = config.storage.postgres) {
    return MakePostgresMaintenance({.address = AddressOf(*postgres)});
  }
  return MakeSqliteMaintenance({.path = config.storage.sqlite_file});
}

Status MigrateDatabase(const Config& config, bool new_epoch, const Clock& clock, Random& random) {
  if (const auto& postgres = config.storage.postgres) {
    const PostgresOptions options{
        .address = AddressOf(*postgres), .clock = clock, .random = random};
    Status migrated = MigratePostgresDatabase(options);
    return migrated && new_epoch ? BeginPostgresEpoch(options) : migrated;
  }
  if (new_epoch) {
    return Fail(ErrorCode::kInvalidArgument,
                "--new-epoch is for PostgreSQL; heirloom restore begins one by itself");
  }
  const auto opened = OpenDatabase(config, clock, random);
  if (!opened) return ErrorOf(opened);
  return {};
}

}  // namespace heirloom
