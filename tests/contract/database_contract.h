#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "storage/database.h"
#include "storage/migrations/migrations.h"

namespace heirloom::contract {

// How the suite wants a database to be opened for a section. An adapter with one writer has
// `writers` = 1 anyway.
struct DatabaseSetup {
  std::size_t readers = 4;
  std::chrono::milliseconds read_wait{5'000};
  std::size_t writers = 1;
  std::size_t waiting_writes = 1'024;
  std::chrono::milliseconds write_wait{10'000};
};

// Opens the same database at each call, empty at the first; the suite closes one before it opens
// the next. The schema must come from Migrations().
using OpenDatabase = std::function<std::unique_ptr<Database>(const DatabaseSetup&)>;

// The product's own migrations and the tables that the suite writes to.
std::vector<Migration> DatabaseMigrations();

// What every Database promises, one sentence a section. Call it inside a TEST_CASE.
void CheckDatabase(const OpenDatabase& open);

}  // namespace heirloom::contract
