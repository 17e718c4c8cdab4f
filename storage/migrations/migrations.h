// The schema's history: storage/migrations/*.sql in the order of their numbers. They travel inside
// the binary. How to add one: storage/migrations/README.md.

#pragma once

#include <string_view>
#include <vector>

namespace heirloom {

struct Migration {
  int number = 0;         // From 1, growing.
  std::string_view name;  // The file's name after its number: "initial".
  std::string_view sql;   // The file.
  // The oldest binary that still works with the database afterwards, named by the newest migration
  // it knows. Raised only by a migration that older binaries cannot live with; adding a table or a
  // column with a default leaves it.
  int oldest_compatible = 1;
};

std::vector<Migration> AllMigrations();

}  // namespace heirloom
