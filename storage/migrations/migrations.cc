#include "storage/migrations/migrations.h"

#include "embedded/migration_0001_initial.h"

namespace heirloom {

std::vector<Migration> AllMigrations() {
  return {
      {1, "initial", embedded::migration_0001_initial()},
  };
}

}  // namespace heirloom
