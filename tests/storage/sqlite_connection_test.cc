#include "storage/sqlite/connection.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/temp_folder.h"

namespace heirloom::sqlite {
namespace {

std::unique_ptr<Connection> Open(const testing::TempFolder& folder, Connection::Mode mode) {
  auto opened = Connection::Open(folder / "heirloom.db", mode);
  if (!opened) FAIL(opened.error().message);
  return std::move(*opened);
}

TEST_CASE("every connection syncs each commit, checks references and trusts no schema") {
  const testing::TempFolder folder;
  const auto writer = Open(folder, Connection::Mode::kReadWrite);
  const auto reader = Open(folder, Connection::Mode::kReadOnly);
  for (Connection* connection : {writer.get(), reader.get()}) {
    CHECK(connection->Value("PRAGMA journal_mode").value() == "wal");
    CHECK(connection->Value("PRAGMA synchronous").value() == "2");  // FULL.
    CHECK(connection->Value("PRAGMA foreign_keys").value() == "1");
    CHECK(connection->Value("PRAGMA trusted_schema").value() == "0");
    CHECK(connection->Value("PRAGMA wal_autocheckpoint").value() == "0");
  }
  CHECK(reader->Value("PRAGMA query_only").value() == "1");
  CHECK_FALSE(reader->Run("CREATE TABLE t (a TEXT) STRICT"));
}

TEST_CASE("the schema table cannot be written and a wrong name in quotes is no text") {
  const testing::TempFolder folder;
  const auto connection = Open(folder, Connection::Mode::kReadWrite);
  REQUIRE(connection->Run("CREATE TABLE t (a TEXT) STRICT"));
  CHECK_FALSE(connection->Run("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = ''"));
  CHECK_FALSE(connection->Run("INSERT INTO t (a) VALUES (\"nothing\")"));
  CHECK_FALSE(connection->Run("ATTACH ':memory:' AS other"));
}

TEST_CASE("a connection keeps the statements used last and no more than its bound") {
  const testing::TempFolder folder;
  const auto connection = Open(folder, Connection::Mode::kReadWrite);
  const auto ask = [&](int i) {
    return connection->Query("SELECT " + std::to_string(i), {}, [](const Row&) { return true; });
  };
  for (int i = 0; i < 1'000; ++i) {
    REQUIRE(ask(i));
    REQUIRE(ask(0));
    REQUIRE(connection->CachedStatements() <= Connection::kCachedStatements);
  }
  CHECK(connection->CachedStatements() == Connection::kCachedStatements);
}

TEST_CASE("kept statements follow a change of the schema") {
  const testing::TempFolder folder;
  const auto connection = Open(folder, Connection::Mode::kReadWrite);
  REQUIRE(connection->Run("CREATE TABLE t (a TEXT) STRICT; INSERT INTO t VALUES ('x')"));
  const auto columns = [&] {
    std::string seen;
    REQUIRE(connection->Query("SELECT * FROM t", {}, [&](const Row& row) {
      seen += row.Text(0);
      return true;
    }));
    return seen;
  };
  CHECK(columns() == "x");
  REQUIRE(
      connection->Run("DROP TABLE t; CREATE TABLE t (b TEXT) STRICT; INSERT INTO t VALUES ('y')"));
  CHECK(columns() == "y");
}

}  // namespace
}  // namespace heirloom::sqlite
