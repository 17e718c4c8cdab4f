#include "storage/migrations/migrations.h"

#include "embedded/migration_0001_initial.h"
#include "embedded/migration_0002_full_contract.h"
#include "embedded/migration_0003_events.h"

namespace heirloom {

std::vector<Migration> AllMigrations() {
  return {
      {1, "initial", embedded::migration_0001_initial()},
      {2, "full_contract", embedded::migration_0002_full_contract()},
      {3, "events", embedded::migration_0003_events()},
  };
}

}  // namespace heirloom
