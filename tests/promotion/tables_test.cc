#include "appliance/promotion/tables.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/household.h"

namespace heirloom {
namespace {

using Columns = std::vector<std::pair<std::string, std::string>>;  // Name and kind, sorted.

std::vector<std::string> TablesOf(Database& database) {
  std::vector<std::string> tables;
  const Status read = database.Read([&](Reader& reader) {
    return reader.Query(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " ORDER BY name",
        {}, [&](const Row& row) {
          tables.push_back(row.String(0));
          return true;
        });
  });
  REQUIRE(read);
  return tables;
}

struct Described {
  Columns columns;
  std::vector<std::string> key;  // In its order.
};

Described Describe(Database& database, std::string_view table) {
  std::vector<std::pair<std::int64_t, std::string>> key;
  Described described;
  const Status read = database.Read([&](Reader& reader) {
    return reader.Query("SELECT name, type, pk FROM pragma_table_info($1)", {table},
                        [&](const Row& row) {
                          described.columns.emplace_back(row.String(0), row.String(1));
                          if (row.Integer(2) > 0) key.emplace_back(row.Integer(2), row.String(0));
                          return true;
                        });
  });
  REQUIRE(read);
  std::sort(described.columns.begin(), described.columns.end());
  std::sort(key.begin(), key.end());
  for (auto& column : key) described.key.push_back(std::move(column.second));
  return described;
}

Described CopiedOf(const promotion::Table& table) {
  Described described;
  for (const promotion::Column& column : table.columns) {
    const bool text = column.kind == promotion::Column::Kind::kText;
    described.columns.emplace_back(column.name, text ? "TEXT" : "INTEGER");
  }
  for (const promotion::Column& column : table.columns.first(table.keys)) {
    described.key.emplace_back(column.name);
  }
  std::sort(described.columns.begin(), described.columns.end());
  return described;
}

}  // namespace

TEST_CASE("every table of the schema is copied, or left behind for a reason", "[promotion]") {
  testing::Household house;
  std::vector<std::string> known;
  for (const promotion::Table& table : promotion::TablesCopied()) known.emplace_back(table.name);
  for (const promotion::TableLeftBehind& table : promotion::TablesLeftBehind()) {
    known.emplace_back(table.name);
    CHECK(!table.why.empty());
  }
  std::sort(known.begin(), known.end());
  CHECK(known == TablesOf(*house.database));
}

TEST_CASE("what is copied of a table is all of its columns, by its primary key", "[promotion]") {
  testing::Household house;
  for (const promotion::Table& table : promotion::TablesCopied()) {
    INFO(table.name);
    const Described is = Describe(*house.database, table.name);
    const Described copied = CopiedOf(table);
    CHECK(copied.columns == is.columns);
    CHECK(copied.key == is.key);
  }
}

}  // namespace heirloom
