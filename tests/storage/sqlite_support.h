#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "storage/sqlite/sqlite_database.h"
#include "tests/contract/database_contract.h"
#include "tests/support/manual_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace heirloom::testing {

// A folder with one database in it, with the tables of the contract suite.
struct SqliteFolder {
  TempFolder folder;
  ManualClock clock;
  SeededRandom random;

  std::filesystem::path Path() const { return folder / "heirloom.db"; }
  std::filesystem::path LogPath() const { return folder / "heirloom.db-wal"; }

  SqliteOptions Options() {
    SqliteOptions options{.path = Path(), .clock = clock, .random = random};
    options.migrations = contract::DatabaseMigrations();
    return options;
  }
  std::unique_ptr<Database> Open(const SqliteOptions& options) {
    auto opened = OpenSqliteDatabase(options);
    if (!opened) FAIL(opened.error().message);
    return std::move(*opened);
  }
  std::unique_ptr<Database> Open() { return Open(Options()); }
};

inline Status PutThing(Transaction& tx, std::string_view id, std::string_view name = "a name") {
  tx.Append({"t1", "ThingChanged", std::string(id), "", 1});
  const auto put = tx.Execute(
      "INSERT INTO things (tenant_id, id, name, amount) VALUES ('t1', $1, $2, 0)", {id, name});
  return put ? Status() : Status(ErrorOf(put));
}

inline Result<Position> PutThing(Database& db, std::string_view id,
                                 std::string_view name = "a name") {
  return db.Write([&](Transaction& tx) { return PutThing(tx, id, name); });
}

inline std::int64_t CountThings(Database& db) {
  std::int64_t count = -1;
  const Status read = db.Read([&](Reader& reader) {
    return reader.Query("SELECT count(*) FROM things", {}, [&](const Row& row) {
      count = row.Integer(0);
      return true;
    });
  });
  if (!read) FAIL(read.error().message);
  return count;
}

// Whether `condition` came true within a minute.
template <typename Condition>
bool Eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace heirloom::testing
