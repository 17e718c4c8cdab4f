#include <catch2/catch.hpp>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>

#include "tests/contract/database_fixture.h"

namespace heirloom::contract {

using namespace std::chrono_literals;

void CheckDatabaseReads(const OpenDatabase& open) {
  SECTION("a read sees one snapshot, whatever is written meanwhile") {
    const auto db = open({});
    REQUIRE(Put(*db, "a"));
    REQUIRE(db->Read([&](Reader& reader) -> Status {
      CHECK(Count(reader) == 1);
      std::thread writer([&] { CHECK(Put(*db, "b")); });
      writer.join();
      CHECK(Count(reader) == 1);
      CHECK(reader.Head().value().sequence == 1);
      return {};
    }));
    CHECK(Count(*db) == 2);
    CHECK(HeadOf(*db).sequence == 2);
  }

  SECTION("a read's own error is handed on") {
    const auto db = open({});
    const Status failed =
        db->Read([](Reader&) -> Status { return Fail(ErrorCode::kNotFound, "no such thing"); });
    CHECK(CodeOf(failed) == ErrorCode::kNotFound);
  }

  SECTION("a read can stop early, and the same statement works again afterwards") {
    const auto db = open({});
    for (const char* id : {"a", "b", "c"}) REQUIRE(Put(*db, id));
    for (int round = 0; round < 2; ++round) {
      std::string seen;
      REQUIRE(db->Read([&](Reader& reader) {
        return reader.Query("SELECT id FROM things ORDER BY id", {}, [&](const Row& row) {
          seen += row.Text(0);
          return seen.size() < 2;
        });
      }));
      CHECK(seen == "ab");
    }
  }

  SECTION("the same statement may run inside itself") {
    const auto db = open({});
    for (const char* id : {"a", "b"}) REQUIRE(Put(*db, id));
    std::string seen;
    REQUIRE(db->Read([&](Reader& reader) {
      constexpr std::string_view kIds = "SELECT id FROM things ORDER BY id";
      return reader.Query(kIds, {}, [&](const Row& outer) {
        const std::string id = outer.String(0);
        const Status inner = reader.Query(kIds, {}, [&](const Row& row) {
          seen += id + row.String(0) + " ";
          return true;
        });
        return inner.has_value();
      });
    }));
    CHECK(seen == "aa ab ba bb ");
  }

  SECTION("a read that throws in the middle of its rows leaves a connection that works") {
    const auto db = open({.readers = 1});
    for (const char* id : {"a", "b"}) REQUIRE(Put(*db, id));
    const Status failed = db->Read([&](Reader& reader) {
      return reader.Query("SELECT id FROM things", {},
                          [](const Row&) -> bool { throw std::runtime_error("a bug"); });
    });
    CHECK(CodeOf(failed) == ErrorCode::kInternal);
    CHECK(Count(*db) == 2);
    CHECK(Put(*db, "c"));
    CHECK(Count(*db) == 3);
  }

  SECTION("an error in the middle of reading is an error, not a short answer") {
    const auto db = open({});
    for (const char* id : {"a", "b", "c"}) REQUIRE(Put(*db, id));
    int rows = 0;
    const Status failed = db->Read([&](Reader& reader) {
      // The largest integer has no positive counterpart beyond it: the third row overflows.
      return reader.Query(
          "SELECT sum(amount) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND CURRENT ROW)"
          "  + CASE WHEN id = 'c' THEN abs($1) ELSE 0 END FROM things ORDER BY id",
          {std::numeric_limits<std::int64_t>::min()}, [&](const Row&) {
            ++rows;
            return true;
          });
    });
    CHECK_FALSE(failed);
    CHECK(Count(*db) == 3);
  }

  SECTION("a reader cannot write") {
    const auto db = open({});
    const Status failed = db->Read([](Reader& reader) {
      return reader.Query("DELETE FROM things", {}, [](const Row&) { return true; });
    });
    CHECK(CodeOf(failed) == ErrorCode::kInternal);
  }

  SECTION("when every connection stays busy a read is told to come later") {
    const auto db = open({.readers = 1, .read_wait = 20ms});
    Status second;
    REQUIRE(db->Read([&](Reader& reader) -> Status {
      CHECK(Count(reader) == 0);
      std::thread other([&] { second = db->Read([](Reader&) -> Status { return {}; }); });
      other.join();
      return {};
    }));
    CHECK(CodeOf(second) == ErrorCode::kUnavailable);
    CHECK(Count(*db) == 0);
  }
}

}  // namespace heirloom::contract
