#include <catch2/catch.hpp>
#include <limits>
#include <string>
#include <vector>

#include "tests/contract/database_fixture.h"

namespace heirloom::contract {

void CheckDatabaseValues(const OpenDatabase& open) {
  const auto db = open({});

  SECTION("NULL, numbers and text come back as they went in") {
    const std::string text = "Ærøskøbing – 日本語 – \"'; DROP TABLE things; --";
    REQUIRE(db->Write([&](Transaction& tx) {
      return Done(tx.Execute(
          "INSERT INTO things (tenant_id, id, name, amount, weight) VALUES"
          " ('t1', 'full', $1, $2, $3), ('t1', 'null', $4, 0, $5), ('t1', 'blank', $6, 0, $5)",
          {text, std::numeric_limits<std::int64_t>::max(), 0.1, nullptr, nullptr,
           std::string_view()}));
    }));
    std::vector<std::string> ids;
    REQUIRE(db->Read([&](Reader& reader) {
      return reader.Query(
          "SELECT id, name, amount, weight FROM things ORDER BY id", {}, [&](const Row& row) {
            ids.push_back(row.String(0));
            if (ids.back() == "full") {
              CHECK(row.Text(1) == text);
              CHECK(row.Integer(2) == std::numeric_limits<std::int64_t>::max());
              CHECK(row.TimeAt(2).micros == std::numeric_limits<std::int64_t>::max());
              CHECK(row.Real(3) == 0.1);
            } else if (ids.back() == "null") {
              CHECK(row.IsNull(1));
              CHECK(row.Text(1).empty());
              CHECK(row.OptionalText(1) == std::nullopt);
              CHECK(row.IsNull(3));
              CHECK(row.Integer(3) == 0);
            } else {
              CHECK_FALSE(row.IsNull(1));
              CHECK(row.OptionalText(1) == "");
            }
            return true;
          });
    }));
    CHECK(ids == std::vector<std::string>{"blank", "full", "null"});
  }

  SECTION("a long text comes back whole") {
    std::string text;
    while (text.size() < (4u << 20)) text += "life " + std::to_string(text.size()) + " — ";
    REQUIRE(db->Write([&](Transaction& tx) {
      return Done(tx.Execute(kInsert, {"t1", "long", text, 1}));
    }));
    REQUIRE(db->Read([&](Reader& reader) {
      return reader.Query("SELECT name FROM things", {}, [&](const Row& row) {
        CHECK((row.Text(0) == text));
        return true;
      });
    }));
  }

  SECTION("a parameter may be used twice, and their order in the SQL is free") {
    REQUIRE(Put(*db, "a", 7));
    REQUIRE(db->Read([&](Reader& reader) -> Status {
      const std::vector<SqlValue> params = {"a", std::int64_t{7}};
      CHECK(Number(reader, "SELECT amount FROM things WHERE amount = $2 AND id = $1 AND $2 > 0",
                   params) == 7);
      return {};
    }));
  }

  SECTION("text with U+0000 or broken UTF-8 is refused and the transaction can go on") {
    ErrorCode nul{};
    ErrorCode broken{};
    REQUIRE(db->Write([&](Transaction& tx) {
      nul = CodeOf(tx.Execute(kInsert, {"t1", std::string_view("a\0b", 3), "name", 1}));
      broken = CodeOf(tx.Execute(kInsert, {"t1", "\xC3\x28", "name", 1}));
      return Insert(tx, "good");
    }));
    CHECK(nul == ErrorCode::kInvalidArgument);
    CHECK(broken == ErrorCode::kInvalidArgument);
    const Status read = db->Read([](Reader& reader) {
      return reader.Query("SELECT id FROM things WHERE id = $1", {std::string_view("\0", 1)},
                          [](const Row&) { return true; });
    });
    CHECK(CodeOf(read) == ErrorCode::kInvalidArgument);
    CHECK(Count(*db) == 1);
  }

  SECTION("an event with U+0000 fails its write") {
    const auto failed = db->Write([](Transaction& tx) {
      tx.Append(EventOf(std::string("a\0b", 3)));
      return Insert(tx, "a");
    });
    CHECK(CodeOf(failed) == ErrorCode::kInvalidArgument);
    CHECK(Count(*db) == 0);
  }

  SECTION("text is compared by its bytes") {
    for (const char* id : {"é", "z", "Z", "a"}) REQUIRE(Put(*db, id));
    std::string seen;
    REQUIRE(db->Read([&](Reader& reader) {
      return reader.Query("SELECT id FROM things ORDER BY id", {}, [&](const Row& row) {
        seen += row.Text(0);
        return true;
      });
    }));
    CHECK(seen == "Zazé");
  }

  SECTION("wrong SQL is an internal error: unknown names, wrong parameters, two statements") {
    REQUIRE(db->Read([](Reader& reader) -> Status {
      const auto code = [&](std::string_view sql, std::initializer_list<SqlValue> params) {
        return CodeOf(reader.Query(sql, params, [](const Row&) { return true; }));
      };
      CHECK(code("SELECT nothing FROM things", {}) == ErrorCode::kInternal);
      CHECK(code("SELECT $1", {}) == ErrorCode::kInternal);
      CHECK(code("SELECT 1", {"one too many"}) == ErrorCode::kInternal);
      CHECK(code("SELECT $2", {"a", "b"}) == ErrorCode::kInternal);
      CHECK(code("SELECT 1; SELECT 2", {}) == ErrorCode::kInternal);
      return {};
    }));
  }

  SECTION("a transaction cannot be ended from inside") {
    for (const char* sql : {"COMMIT", "ROLLBACK", "BEGIN", "SAVEPOINT x", "SELECT 1"}) {
      const auto failed = db->Write([&](Transaction& tx) { return Done(tx.Execute(sql, {})); });
      CHECK(CodeOf(failed) == ErrorCode::kInternal);
    }
    CHECK(Put(*db, "a"));
  }
}

void CheckDatabaseConstraints(const OpenDatabase& open) {
  const auto db = open({});
  REQUIRE(Put(*db, "a"));

  SECTION("a constraint that refuses a row is a conflict, and the transaction can go on") {
    ErrorCode unique{};
    ErrorCode check{};
    ErrorCode foreign{};
    REQUIRE(db->Write([&](Transaction& tx) {
      unique = CodeOf(Insert(tx, "a"));
      check = CodeOf(Insert(tx, "b", -1));
      foreign = CodeOf(tx.Execute(
          "INSERT INTO parts (tenant_id, id, thing_id) VALUES ('t1', 'p', 'nowhere')", {}));
      return Insert(tx, "c");
    }));
    CHECK(unique == ErrorCode::kConflict);
    CHECK(check == ErrorCode::kConflict);
    CHECK(foreign == ErrorCode::kConflict);
    CHECK(Count(*db) == 2);
  }

  SECTION("a statement that conflicts in one of its rows changes none") {
    REQUIRE(db->Write([&](Transaction& tx) -> Status {
      CHECK(CodeOf(tx.Execute("INSERT INTO things (tenant_id, id, amount) VALUES"
                              " ('t1', 'b', 1), ('t1', 'a', 1)",
                              {})) == ErrorCode::kConflict);
      CHECK(Count(tx) == 1);
      return {};
    }));
    CHECK(Count(*db) == 1);
  }

  SECTION("a reference that is still broken at the end fails its write alone") {
    const auto failed = db->Write([&](Transaction& tx) {
      tx.Append(EventOf("p"));
      return Done(tx.Execute(
          "INSERT INTO late_parts (tenant_id, id, thing_id) VALUES ('t1', 'p', 'nowhere')", {}));
    });
    CHECK(CodeOf(failed) == ErrorCode::kConflict);
    CHECK(db->EventsAfter(1, 10).value().empty());
    CHECK(Put(*db, "b"));
  }

  SECTION("what a missing value or a wrong type meets is a bug, not a conflict") {
    CHECK(CodeOf(db->Write([](Transaction& tx) {
            return Done(tx.Execute(kInsert, {"t1", nullptr, "name", 1}));
          })) == ErrorCode::kInternal);
    CHECK(CodeOf(db->Write([](Transaction& tx) {
            return Done(tx.Execute(kInsert, {"t1", "b", "name", "many"}));
          })) == ErrorCode::kInternal);
  }

  SECTION("Execute tells how many rows it changed") {
    REQUIRE(Put(*db, "b"));
    REQUIRE(db->Write([](Transaction& tx) -> Status {
      CHECK(tx.Execute("UPDATE things SET amount = 5", {}).value() == 2);
      CHECK(tx.Execute("UPDATE things SET amount = 6 WHERE id = $1", {"a"}).value() == 1);
      CHECK(tx.Execute("DELETE FROM things WHERE id = $1", {"nobody"}).value() == 0);
      return {};
    }));
  }
}

}  // namespace heirloom::contract
