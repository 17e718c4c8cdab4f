#include "storage/postgres/postgres_database.h"

#include <catch2/catch.hpp>

#include "tests/contract/database_contract.h"
#include "tests/storage/postgres_support.h"

using namespace heirloom;
using namespace heirloom::testing;

TEST_CASE("PostgreSQL keeps what Database promises", "[postgres]") {
  PostgresBox box;
  contract::CheckDatabase([&](const contract::DatabaseSetup& setup) {
    PostgresOptions options = box.Options();
    options.reads.connections = setup.readers;
    options.reads.wait = setup.read_wait;
    options.writes.connections = setup.writers;
    options.writes.waiting = setup.waiting_writes;
    options.writes.wait = setup.write_wait;
    return box.Open(options);
  });
}
