#include "tests/contract/database_contract.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/contract/database_fixture.h"

namespace heirloom::contract {
namespace {

using namespace std::chrono_literals;

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
  SECTION("reads") { CheckDatabaseReads(open); }
  SECTION("values") { CheckDatabaseValues(open); }
  SECTION("constraints") { CheckDatabaseConstraints(open); }
  SECTION("events") { CheckDatabaseEvents(open); }
  SECTION("tenants") { CheckDatabaseTenants(open); }
  SECTION("limits") { CheckLimits(open); }
  SECTION("reopening") { CheckReopening(open); }
}

}  // namespace heirloom::contract
