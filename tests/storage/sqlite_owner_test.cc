// Whose a database file is, and that nobody else's is touched.

#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "storage/sqlite/file_owner.h"
#include "tests/storage/sqlite_support.h"

namespace heirloom {
namespace {

using testing::SqliteFolder;

void RunSql(const std::filesystem::path& path, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
  CHECK(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

TEST_CASE("the header of our database says that it is ours") {
  SqliteFolder folder;
  folder.Open();
  const std::string file = testing::ReadFile(folder.Path());
  CHECK(file.substr(68, 4) == "HLRM");
}

TEST_CASE("another program's database is refused by its name and not touched") {
  SqliteFolder folder;
  const std::string sql = GENERATE(as<std::string>(), "CREATE TABLE photos (id INTEGER)",
                                   "PRAGMA application_id = 1234; CREATE TABLE meta (x); CREATE "
                                   "TABLE schema_migrations (x)",
                                   "PRAGMA application_id = 1234");
  RunSql(folder.Path(), sql);
  const std::string before = testing::ReadFile(folder.Path());
  const auto opened = OpenSqliteDatabase(folder.Options());
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == ErrorCode::kUnavailable);
  CHECK_THAT(opened.error().message,
             Catch::Contains("another program") && Catch::Contains(folder.Path().string()));
  CHECK(testing::ReadFile(folder.Path()) == before);
  CHECK_FALSE(std::filesystem::exists(folder.LogPath()));
}

TEST_CASE("a database of ours from before there was a mark is taken, and marked") {
  SqliteFolder folder;
  CHECK(testing::PutThing(*folder.Open(), "a"));
  RunSql(folder.Path(), "PRAGMA application_id = 0");
  CHECK(testing::CountThings(*folder.Open()) == 1);
  CHECK(testing::ReadFile(folder.Path()).substr(68, 4) == "HLRM");
}

TEST_CASE("an empty file belongs to nobody and becomes ours") {
  SqliteFolder folder;
  testing::WriteFile(folder.Path(), "");
  CHECK(testing::CountThings(*folder.Open()) == 0);
}

}  // namespace
}  // namespace heirloom
