#include "tests/contract/database_contract.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <future>
#include <limits>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace heirloom::contract {
namespace {

using namespace std::chrono_literals;

// Longer than anything here takes; a test that needs it all has failed.
constexpr auto kPatience = 60s;

constexpr std::string_view kTables = R"(
CREATE TABLE things (
  tenant_id TEXT NOT NULL,
  id        TEXT NOT NULL,
  name      TEXT,
  amount    INTEGER NOT NULL CHECK (amount >= 0),
  weight    REAL,
  PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE TABLE parts (
  tenant_id TEXT NOT NULL,
  id        TEXT NOT NULL,
  thing_id  TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, thing_id) REFERENCES things (tenant_id, id)
) STRICT;
CREATE TABLE late_parts (
  tenant_id TEXT NOT NULL,
  id        TEXT NOT NULL,
  thing_id  TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, thing_id) REFERENCES things (tenant_id, id)
    DEFERRABLE INITIALLY DEFERRED
) STRICT;
)";

constexpr std::string_view kInsert =
    "INSERT INTO things (tenant_id, id, name, amount) VALUES ($1, $2, $3, $4)";

Status Done(const Result<std::int64_t>& executed) {
  return executed ? Status() : Status(ErrorOf(executed));
}

Status Insert(Transaction& tx, std::string_view id, std::int64_t amount = 1,
              std::string_view tenant = "t1") {
  return Done(tx.Execute(kInsert, {tenant, id, "a name", amount}));
}

Event EventOf(std::string subject, std::int64_t version = 1, std::string tenant = "t1") {
  return {std::move(tenant), "ThingChanged", std::move(subject), "legacy", version};
}

Result<Position> Put(Database& db, std::string_view id, std::int64_t amount = 1) {
  return db.Write([&](Transaction& tx) {
    tx.Append(EventOf(std::string(id)));
    return Insert(tx, id, amount);
  });
}

std::int64_t Number(Reader& reader, std::string_view sql, Params params = {}) {
  std::int64_t number = -1;
  const Status read = reader.Query(sql, params, [&](const Row& row) {
    number = row.Integer(0);
    return true;
  });
  REQUIRE(read);
  return number;
}

std::int64_t Count(Reader& reader) { return Number(reader, "SELECT count(*) FROM things"); }

std::int64_t Count(Database& db) {
  std::int64_t count = -1;
  REQUIRE(db.Read([&](Reader& reader) -> Status {
    count = Count(reader);
    return {};
  }));
  return count;
}

Position HeadOf(Database& db) {
  const auto head = ReadOne(db, [](Reader& reader) { return reader.Head(); });
  REQUIRE(head);
  return *head;
}

ErrorCode CodeOf(const Status& status) {
  REQUIRE_FALSE(status);
  return status.error().code;
}

template <typename T>
ErrorCode CodeOf(const Result<T>& result) {
  REQUIRE_FALSE(result);
  return result.error().code;
}

// A write that has begun and stays until it is released; with one writer, nothing else can begin.
class BusyWrite final {
 public:
  explicit BusyWrite(Database& db) {
    thread_ = std::thread([this, &db] {
      outcome_ = db.Write([this](Transaction&) -> Status {
        // It may run again from the start; the promise cannot.
        if (!begun_again_.exchange(true)) begun_.set_value();
        release_.get_future().wait_for(kPatience);
        return {};
      });
    });
    begun_.get_future().wait_for(kPatience);
  }
  ~BusyWrite() { End(); }

  Result<Position> Release() {
    End();
    return outcome_;
  }

 private:
  void End() {
    if (!thread_.joinable()) return;
    release_.set_value();
    thread_.join();
  }

  std::promise<void> begun_;
  std::promise<void> release_;
  std::atomic<bool> begun_again_{false};
  Result<Position> outcome_;
  std::thread thread_;
};

void CheckTransactions(const OpenDatabase& open) {
  const auto db = open({});

  SECTION("what a write did is there when it has answered") {
    REQUIRE(Put(*db, "a"));
    CHECK(Count(*db) == 1);
  }

  SECTION("a transaction reads its own writes, and nobody else does before it ends") {
    std::int64_t inside = -1;
    std::int64_t outside = -1;
    REQUIRE(db->Write([&](Transaction& tx) -> Status {
      if (Status put = Insert(tx, "a"); !put) return put;
      inside = Count(tx);
      std::thread other([&] { outside = Count(*db); });
      other.join();
      return {};
    }));
    CHECK(inside == 1);
    CHECK(outside == 0);
  }

  SECTION("a write that fails leaves nothing, neither row nor event, and hands on its error") {
    const Result<Position> failed = db->Write([&](Transaction& tx) -> Status {
      tx.Append(EventOf("a"));
      if (Status put = Insert(tx, "a"); !put) return put;
      return Fail(ErrorCode::kForbidden, "not allowed");
    });
    CHECK(CodeOf(failed) == ErrorCode::kForbidden);
    CHECK(failed.error().message == "not allowed");
    CHECK(Count(*db) == 0);
    CHECK(db->EventsAfter(0, 10).value().empty());
  }

  SECTION(
      "an exception is a bug of the caller: nothing of the write stays and the next one works") {
    const Result<Position> failed = db->Write([&](Transaction& tx) -> Status {
      if (Status put = Insert(tx, "a"); !put) return put;
      throw std::runtime_error("a bug");
    });
    CHECK(CodeOf(failed) == ErrorCode::kInternal);
    CHECK(Count(*db) == 0);
    CHECK(CodeOf(db->Read([](Reader&) -> Status { throw 1; })) == ErrorCode::kInternal);
    CHECK(Put(*db, "a"));
  }

  SECTION("failing writes do not touch the ones beside them") {
    std::vector<std::thread> threads;
    std::atomic<int> wrong{0};
    for (int i = 0; i < 16; ++i) {
      threads.emplace_back([&, i] {
        for (int round = 0; round < 10; ++round) {
          const bool fails = (i + round) % 3 == 0;
          const auto id = std::to_string(i) + "-" + std::to_string(round);
          const auto written = db->Write([&](Transaction& tx) -> Status {
            tx.Append(EventOf(id));
            if (Status put = Insert(tx, id); !put) return put;
            if (fails) return Fail(ErrorCode::kNotFound, id);
            return {};
          });
          if (written.has_value() == fails) ++wrong;
          if (!written && written.error().message != id) ++wrong;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
    // Row and event go together, both or none.
    std::set<std::string> subjects;
    const auto events = db->EventsAfter(0, 1'000).value();
    for (const StoredEvent& stored : events) subjects.insert(stored.event.subject);
    std::set<std::string> rows;
    REQUIRE(db->Read([&](Reader& reader) {
      return reader.Query("SELECT id FROM things", {},
                          [&](const Row& row) { return rows.insert(row.String(0)).second; });
    }));
    CHECK(rows.size() == 16 * 10 - 54);
    CHECK(rows == subjects);
  }
}

void CheckReads(const OpenDatabase& open) {
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

void CheckValues(const OpenDatabase& open) {
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

void CheckConstraints(const OpenDatabase& open) {
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

void CheckEvents(const OpenDatabase& open) {
  SECTION("positions grow without gaps in the order of commits under 16 writers") {
    const auto db = open({});
    std::mutex mutex;
    std::vector<std::pair<std::int64_t, std::string>> answered;
    std::vector<std::thread> threads;
    for (int i = 0; i < 16; ++i) {
      threads.emplace_back([&, i] {
        std::int64_t last = 0;
        for (int round = 0; round < 20; ++round) {
          const auto id = std::to_string(i) + "-" + std::to_string(round);
          const auto written = db->Write([&](Transaction& tx) -> Status {
            tx.Append(EventOf(id));
            if (round % 5 == 4) return Fail(ErrorCode::kConflict, "leaves no gap");
            return Insert(tx, id);
          });
          if (!written) continue;
          const std::lock_guard lock(mutex);
          CHECK(written->sequence > last);
          last = written->sequence;
          answered.emplace_back(last, id);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    REQUIRE(answered.size() == 16 * 16);
    std::sort(answered.begin(), answered.end());
    const auto events = db->EventsAfter(0, 1'000).value();
    REQUIRE(events.size() == answered.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
      REQUIRE(events[i].sequence == static_cast<std::int64_t>(i) + 1);
      REQUIRE(answered[i] == std::pair(events[i].sequence, events[i].event.subject));
    }
    CHECK(HeadOf(*db).sequence == 256);
  }

  SECTION("an event keeps all its fields and the time it was committed at") {
    const auto db = open({});
    REQUIRE(db->Write([](Transaction& tx) -> Status {
      tx.Append({"t2", "ThingMade", "s", "", 0});
      tx.Append({"t1", "ThingChanged", "s", "l", 9});
      return {};
    }));
    const auto events = db->EventsAfter(0, 10).value();
    REQUIRE(events.size() == 2);
    CHECK(events[0].event.tenant_id == "t2");
    CHECK(events[0].event.type == "ThingMade");
    CHECK(events[0].event.legacy_id.empty());
    CHECK(events[1].event.subject == "s");
    CHECK(events[1].event.legacy_id == "l");
    CHECK(events[1].event.version == 9);
    CHECK(events[0].created_at.micros > 0);
  }

  SECTION("a write's position is its last event's, or the head when it has none") {
    const auto db = open({});
    CHECK(HeadOf(*db).sequence == 0);
    const auto two = db->Write([](Transaction& tx) -> Status {
      tx.Append(EventOf("a"));
      tx.Append(EventOf("b"));
      return {};
    });
    CHECK(two.value().sequence == 2);
    const auto none = db->Write([](Transaction& tx) { return Insert(tx, "a"); });
    CHECK(none.value() == HeadOf(*db));
    CHECK(none.value().sequence == 2);
    CHECK_FALSE(none.value().epoch.empty());
  }

  SECTION("events are read page by page, in order, from any place") {
    const auto db = open({});
    for (int i = 0; i < 7; ++i) REQUIRE(Put(*db, std::to_string(i)));
    std::vector<std::int64_t> seen;
    std::int64_t after = 0;
    while (true) {
      const auto page = db->EventsAfter(after, 3).value();
      if (page.empty()) break;
      CHECK(page.size() <= 3);
      for (const StoredEvent& stored : page) seen.push_back(stored.sequence);
      after = page.back().sequence;
    }
    CHECK(seen == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7});
    CHECK(db->EventsAfter(7, 10).value().empty());
    CHECK(db->EventsAfter(99, 10).value().empty());
    CHECK(db->EventsAfter(0, 0).value().empty());
    CHECK(db->EventsAfter(0, -1).value().empty());
  }

  SECTION("the head stays when the events before it were swept away") {
    const auto db = open({});
    REQUIRE(Put(*db, "a"));
    REQUIRE(db->Write([](Transaction& tx) { return Done(tx.Execute("DELETE FROM outbox", {})); }));
    CHECK(HeadOf(*db).sequence == 1);
    CHECK(Put(*db, "b").value().sequence == 2);
  }

  SECTION("after a commit with events the hooks are called with the head") {
    const auto db = open({});
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::int64_t> first;
    std::int64_t second = 0;
    db->OnCommit([&](std::int64_t head) {
      const std::lock_guard lock(mutex);
      first.push_back(head);
      changed.notify_all();
    });
    db->OnCommit([&](std::int64_t head) {
      const std::lock_guard lock(mutex);
      second = head;
      changed.notify_all();
    });
    REQUIRE(db->Write([](Transaction& tx) { return Insert(tx, "silent"); }));
    REQUIRE(Put(*db, "a"));
    REQUIRE(Put(*db, "b"));
    std::unique_lock lock(mutex);
    REQUIRE(changed.wait_for(lock, kPatience,
                             [&] { return !first.empty() && first.back() == 2 && second == 2; }));
    CHECK(first.front() > 0);
    CHECK(std::is_sorted(first.begin(), first.end()));
  }
}

void CheckTenants(const OpenDatabase& open) {
  SECTION("two tenants with the same ids do not meet") {
    const auto db = open({});
    for (const char* tenant : {"t1", "t2"}) {
      REQUIRE(db->Write([&](Transaction& tx) {
        tx.Append(EventOf("same", 1, tenant));
        return Insert(tx, "same", 1, tenant);
      }));
    }
    REQUIRE(db->Write([](Transaction& tx) -> Status {
      CHECK(tx.Execute("UPDATE things SET amount = 9 WHERE tenant_id = $1 AND id = $2",
                       {"t1", "same"})
                .value() == 1);
      // A part of one tenant cannot hang on a thing of another.
      REQUIRE(tx.Execute("DELETE FROM things WHERE tenant_id = 't1'", {}));
      CHECK(CodeOf(tx.Execute(
                "INSERT INTO parts (tenant_id, id, thing_id) VALUES ('t1', 'p', 'same')", {})) ==
            ErrorCode::kConflict);
      return {};
    }));
    REQUIRE(db->Read([](Reader& reader) -> Status {
      CHECK(Number(reader, "SELECT amount FROM things WHERE tenant_id = 't2'") == 1);
      CHECK(Count(reader) == 1);
      return {};
    }));
    const auto events = db->EventsAfter(0, 10).value();
    REQUIRE(events.size() == 2);
    CHECK(events[0].event.tenant_id == "t1");
    CHECK(events[1].event.tenant_id == "t2");
  }
}

void CheckLimits(const OpenDatabase& open) {
  SECTION("a write that would be one too many is refused at once and never runs") {
    const auto db = open({.waiting_writes = 2});
    BusyWrite busy(*db);
    std::atomic<int> ran{0};
    std::atomic<int> refused{0};
    std::promise<void> first_refused;
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&, i] {
        const auto written = db->Write([&](Transaction& tx) {
          ++ran;
          return Insert(tx, std::to_string(i));
        });
        if (!written && written.error().code == ErrorCode::kUnavailable) {
          if (++refused == 1) first_refused.set_value();
        }
      });
    }
    const bool told = first_refused.get_future().wait_for(kPatience) == std::future_status::ready;
    CHECK(ran == 0);
    CHECK(busy.Release());
    for (std::thread& thread : threads) thread.join();
    CHECK(told);
    CHECK(refused == 1);
    CHECK(ran == 2);
    CHECK(Count(*db) == 2);
  }

  SECTION("a write that waited too long is refused and never runs") {
    const auto db = open({.write_wait = 20ms});
    BusyWrite busy(*db);
    bool ran = false;
    const auto late = db->Write([&](Transaction&) -> Status {
      ran = true;
      return {};
    });
    CHECK(CodeOf(late) == ErrorCode::kUnavailable);
    CHECK(busy.Release());
    CHECK(Put(*db, "a"));
    CHECK_FALSE(ran);
  }
}

void CheckReopening(const OpenDatabase& open) {
  SECTION("what was written is there after closing and opening, in the same epoch") {
    Position before;
    {
      const auto db = open({});
      REQUIRE(Put(*db, "a", 42));
      before = HeadOf(*db);
    }
    const auto db = open({});
    CHECK(HeadOf(*db) == before);
    CHECK(before.epoch.size() >= 22);
    CHECK(Count(*db) == 1);
    CHECK(db->EventsAfter(0, 10).value().size() == 1);
    CHECK(Put(*db, "b").value().sequence == 2);
  }

  SECTION("Ping passes on a healthy database, and changes nothing") {
    const auto db = open({});
    REQUIRE(Put(*db, "a"));
    const Position before = HeadOf(*db);
    CHECK(db->Ping());
    CHECK(HeadOf(*db) == before);
  }
}

}  // namespace

std::vector<Migration> DatabaseMigrations() {
  std::vector<Migration> migrations = AllMigrations();
  // Far above the product's, so that their numbers never meet.
  migrations.push_back({9'001, "contract_tables", kTables});
  return migrations;
}

void CheckDatabase(const OpenDatabase& open) {
  SECTION("transactions") { CheckTransactions(open); }
  SECTION("reads") { CheckReads(open); }
  SECTION("values") { CheckValues(open); }
  SECTION("constraints") { CheckConstraints(open); }
  SECTION("events") { CheckEvents(open); }
  SECTION("tenants") { CheckTenants(open); }
  SECTION("limits") { CheckLimits(open); }
  SECTION("reopening") { CheckReopening(open); }
}

}  // namespace heirloom::contract
