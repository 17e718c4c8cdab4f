#include "storage/sqlite/sqlite_database.h"

#include <catch2/catch.hpp>

#include "tests/contract/database_contract.h"
#include "tests/support/manual_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

TEST_CASE("SQLite keeps the Database contract", "[contract][database]") {
  const testing::TempFolder folder;
  const testing::ManualClock clock;
  testing::SeededRandom random;
  contract::CheckDatabase([&](const contract::DatabaseSetup& setup) {
    SqliteOptions options{.path = folder / "heirloom.db", .clock = clock, .random = random};
    options.migrations = contract::DatabaseMigrations();
    options.reads.connections = setup.readers;
    options.reads.wait = setup.read_wait;
    options.writes.waiting = setup.waiting_writes;
    options.writes.wait = setup.write_wait;
    auto opened = OpenSqliteDatabase(std::move(options));
    if (!opened) FAIL(opened.error().message);
    return std::move(*opened);
  });
}

}  // namespace
}  // namespace heirloom
