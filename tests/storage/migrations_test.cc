#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "appliance/base/encoding.h"
#include "storage/sqlite/sqlite_database.h"
#include "tests/storage/sqlite_support.h"

namespace heirloom {
namespace {

using testing::SqliteFolder;

// A history that starts as the product's does.
std::vector<Migration> History() {
  return {AllMigrations().front(),
          {101, "shelves", "CREATE TABLE shelves (id INTEGER PRIMARY KEY, name TEXT) STRICT;"},
          {102, "books",
           "CREATE TABLE books (id INTEGER PRIMARY KEY,"
           "  shelf INTEGER NOT NULL REFERENCES shelves (id)) STRICT;"
           "INSERT INTO shelves (id, name) VALUES (1, 'upper');"
           "INSERT INTO books (id, shelf) VALUES (1, 1);"}};
}

Result<std::unique_ptr<Database>> OpenWith(SqliteFolder& folder, std::vector<Migration> history) {
  SqliteOptions options = folder.Options();
  options.migrations = std::move(history);
  return OpenSqliteDatabase(options);
}

// "number name @applied_at" of each applied migration.
std::vector<std::string> Applied(Database& db) {
  std::vector<std::string> applied;
  REQUIRE(db.Read([&](Reader& reader) {
    return reader.Query(
        "SELECT number, name, applied_at FROM schema_migrations ORDER BY number", {},
        [&](const Row& row) {
          applied.push_back(row.String(0) + " " + row.String(1) + " @" + row.String(2));
          return true;
        });
  }));
  return applied;
}

std::string One(Database& db, std::string_view sql) {
  std::string value = "nothing";
  REQUIRE(db.Read([&](Reader& reader) {
    return reader.Query(sql, {}, [&](const Row& row) {
      value = row.String(0);
      return true;
    });
  }));
  return value;
}

std::string Meta(Database& db, const std::string& key) {
  return One(db, "SELECT value FROM meta WHERE key = '" + key + "'");
}

Error RefusalOf(const Result<std::unique_ptr<Database>>& opened) {
  REQUIRE_FALSE(opened);
  return opened.error();
}

TEST_CASE("the product's migrations apply to an empty database, and only once") {
  SqliteFolder folder;
  std::vector<std::string> first;
  std::string epoch;
  {
    const auto db = OpenWith(folder, AllMigrations());
    REQUIRE(db);
    first = Applied(**db);
    epoch = Meta(**db, "epoch");
    CHECK(first.size() == AllMigrations().size());
    CHECK(Meta(**db, "schema") == std::to_string(AllMigrations().back().number));
    CHECK(One(**db, "SELECT checksum FROM schema_migrations WHERE number = 1") ==
          Sha256Hex(AllMigrations().front().sql));
  }
  folder.clock.AdvanceSeconds(60);
  const auto again = OpenWith(folder, AllMigrations());
  REQUIRE(again);
  CHECK(Applied(**again) == first);
  CHECK(Meta(**again, "epoch") == epoch);
}

TEST_CASE("the product's migrations are numbered from 1 without gaps and can be worked with") {
  int number = 0;
  for (const Migration& migration : AllMigrations()) {
    CHECK(migration.number == ++number);
    CHECK(migration.oldest_compatible >= 1);
    CHECK(migration.oldest_compatible <= migration.number);
    CHECK_FALSE(migration.sql.empty());
  }
}

TEST_CASE("two databases have different epochs of 128 bits") {
  SqliteFolder folder;
  const auto one = OpenWith(folder, AllMigrations());
  SqliteOptions options = folder.Options();
  options.path = folder.folder / "other.db";
  const auto other = OpenSqliteDatabase(options);
  REQUIRE(one);
  REQUIRE(other);
  CHECK(Meta(**one, "epoch") != Meta(**other, "epoch"));
  CHECK(FromBase64Url(Meta(**one, "epoch")).value().size() == 16);
}

TEST_CASE("what is missing is applied to an older database, and its rows stay") {
  SqliteFolder folder;
  const auto history = History();
  REQUIRE(OpenWith(folder, {history[0], history[1]}));
  folder.clock.AdvanceSeconds(60);
  const auto db = OpenWith(folder, history);
  REQUIRE(db);
  const auto applied = Applied(**db);
  REQUIRE(applied.size() == 3);
  const auto later = std::to_string(folder.clock.Now().micros);
  CHECK(applied[2] == "102 books @" + later);
  CHECK_THAT(applied[1], !Catch::EndsWith(later));
  CHECK(Meta(**db, "schema") == "102");
}

TEST_CASE("a migration that was changed after it was applied is refused by its name") {
  SqliteFolder folder;
  auto history = History();
  REQUIRE(OpenWith(folder, history));
  history[1].sql = "CREATE TABLE shelves (id INTEGER PRIMARY KEY) STRICT;";
  const Error refusal = RefusalOf(OpenWith(folder, history));
  CHECK(refusal.code == ErrorCode::kUnavailable);
  CHECK_THAT(refusal.message, Catch::Contains("migration 101 (shelves)"));
  CHECK(OpenWith(folder, History()));
}

TEST_CASE(
    "a migration that fails leaves nothing of itself, keeps those before, and can be mended") {
  SqliteFolder folder;
  auto history = History();
  history[2].sql = "CREATE TABLE books (id INTEGER PRIMARY KEY) STRICT; SELECT nonsense;";
  const Error refusal = RefusalOf(OpenWith(folder, history));
  CHECK_THAT(refusal.message, Catch::Contains("migration 102 (books)"));
  {
    const auto before = OpenWith(folder, {history[0], history[1]});
    REQUIRE(before);
    CHECK(Applied(**before).size() == 2);
    CHECK(One(**before, "SELECT count(*) FROM sqlite_schema WHERE name = 'books'") == "0");
  }
  const auto mended = OpenWith(folder, History());
  REQUIRE(mended);
  CHECK(One(**mended, "SELECT count(*) FROM books") == "1");
}

TEST_CASE("the very first migration may fail too, and the next start begins anew") {
  SqliteFolder folder;
  auto history = History();
  history[0].sql = "CREATE TABLE meta (a TEXT) STRICT; SELECT nonsense;";
  CHECK_FALSE(OpenWith(folder, history));
  CHECK(OpenWith(folder, History()));
}

TEST_CASE("an older binary works on with a newer database that does not forbid it") {
  SqliteFolder folder;
  const auto history = History();
  REQUIRE(OpenWith(folder, history));
  const auto older = OpenWith(folder, {history[0], history[1]});
  REQUIRE(older);
  CHECK(Applied(**older).size() == 3);
  CHECK(Meta(**older, "schema") == "102");
}

TEST_CASE("a binary below what the database needs is refused with the number it lacks") {
  SqliteFolder folder;
  auto history = History();
  history[1].oldest_compatible = 101;
  REQUIRE(OpenWith(folder, history));
  // The one after it asked for less; the demand stays.
  CHECK(OpenWith(folder, {history[0], history[1]}));
  const Error refusal = RefusalOf(OpenWith(folder, {history[0]}));
  CHECK(refusal.code == ErrorCode::kUnavailable);
  CHECK_THAT(refusal.message, Catch::Contains("knows migration 101"));
}

TEST_CASE("a migration missing below an applied one is refused, and so is a list out of order") {
  SqliteFolder folder;
  const auto history = History();
  REQUIRE(OpenWith(folder, {history[0], {102, "later", "CREATE TABLE later (a TEXT) STRICT;"}}));
  CHECK_THAT(RefusalOf(OpenWith(folder, {history[0],
                                         history[1],
                                         {102, "later", "CREATE TABLE later (a TEXT) STRICT;"}}))
                 .message,
             Catch::Contains("migration 101 (shelves) is missing"));
  CHECK(RefusalOf(OpenWith(folder, {history[1], history[0]})).code == ErrorCode::kInternal);
}

TEST_CASE("a migration may rebuild a table that others refer to, but not break their references") {
  SqliteFolder folder;
  auto history = History();
  REQUIRE(OpenWith(folder, history));
  history.push_back({103, "rebuild",
                     "CREATE TABLE new_shelves (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;"
                     "INSERT INTO new_shelves SELECT id, name FROM shelves;"
                     "DROP TABLE shelves;"
                     "ALTER TABLE new_shelves RENAME TO shelves;"});
  {
    const auto db = OpenWith(folder, history);
    REQUIRE(db);
    CHECK(One(**db, "SELECT name FROM books JOIN shelves ON shelves.id = books.shelf") == "upper");
    // Foreign keys are enforced again.
    CHECK_FALSE((*db)->Write([](Transaction& tx) {
      const auto put = tx.Execute("INSERT INTO books (id, shelf) VALUES (2, 99)", {});
      return put ? Status() : Status(ErrorOf(put));
    }));
  }
  history.push_back({104, "careless", "DELETE FROM shelves;"});
  CHECK_THAT(RefusalOf(OpenWith(folder, history)).message, Catch::Contains("books"));
  history.pop_back();
  const auto db = OpenWith(folder, history);
  REQUIRE(db);
  CHECK(One(**db, "SELECT count(*) FROM shelves") == "1");
}

}  // namespace
}  // namespace heirloom
