// What only a server that many use at once can get wrong.

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <latch>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "storage/locks.h"
#include "storage/postgres/pool.h"
#include "storage/postgres/postgres_maintenance.h"
#include "storage/sqlite/sqlite_database.h"
#include "tests/storage/postgres_support.h"
#include "tests/support/temp_folder.h"

using namespace heirloom;
using namespace heirloom::testing;
using namespace std::chrono_literals;

namespace {

Status PutThing(Transaction& tx, const std::string& tenant, const std::string& id,
                std::int64_t amount = 0) {
  const auto put =
      tx.Execute("INSERT INTO things (tenant_id, id, name, amount) VALUES ($1, $2, 'a name', $3)",
                 {tenant, id, amount});
  return put ? Status() : Status(ErrorOf(put));
}

Event EventOf(const std::string& tenant, const std::string& subject) {
  return {tenant, "ThingChanged", subject, "", 1};
}

// Follows the outbox as a projection does, until it has seen `all`.
class Tail {
 public:
  Tail(Database& db, std::size_t all) : thread_([this, &db, all] { Follow(db, all); }) {}
  std::vector<StoredEvent> Take() {
    thread_.join();
    return std::move(seen_);
  }

 private:
  void Follow(Database& db, std::size_t all) {
    const auto end = std::chrono::steady_clock::now() + 1min;
    std::int64_t after = 0;
    while (seen_.size() < all && std::chrono::steady_clock::now() < end) {
      auto some = db.EventsAfter(after, 7);
      if (!some) continue;
      for (StoredEvent& event : *some) {
        after = event.sequence;
        seen_.push_back(std::move(event));
      }
    }
  }

  std::vector<StoredEvent> seen_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("32 writers, slow ones and failing ones among them, leave no gap and keep the order",
          "[postgres]") {
  static constexpr int kWriters = 32;
  static constexpr int kRounds = 12;
  PostgresBox box;
  PostgresOptions options = box.Options();
  options.writes.connections = kWriters;
  const auto db = box.Open(options);
  // A commit that takes its time holds up nobody's number.
  Must(box.Connect()->Run(
      "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "IF NEW.amount = 1 THEN PERFORM pg_sleep(0.01); END IF; "
      "IF NEW.amount = 2 THEN RAISE EXCEPTION 'no' USING ERRCODE = '23514'; END IF; "
      "RETURN NEW; END $$; CREATE CONSTRAINT TRIGGER dawdles AFTER INSERT ON things "
      "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle()"));
  std::size_t expected = 0;
  for (int i = 0; i < kWriters; ++i) {
    for (int round = 0; round < kRounds; ++round) expected += (i + round) % 4 != 2 ? 1 : 0;
  }
  Tail tail(*db, expected);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kWriters; ++i) {
    threads.emplace_back([&, i] {
      std::int64_t last = 0;
      for (int round = 0; round < kRounds; ++round) {
        const std::string id = std::to_string(i) + "-" + std::to_string(round);
        const int kind = (i + round) % 4;  // 1: slow to commit; 2: its COMMIT is refused.
        const auto written = db->Write([&](Transaction& tx) {
          tx.Append(EventOf("t1", id));
          return PutThing(tx, "t1", id, kind);
        });
        if (written.has_value() == (kind == 2)) ++wrong;
        if (written && written->sequence <= last) ++wrong;
        if (written) last = written->sequence;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::vector<StoredEvent> seen = tail.Take();
  CHECK(wrong == 0);
  REQUIRE(seen.size() == expected);
  std::map<std::string, int> times;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    REQUIRE(seen[i].sequence == static_cast<std::int64_t>(i) + 1);
    ++times[seen[i].event.subject];
  }
  CHECK(times.size() == expected);
}

TEST_CASE("what a transaction has locked, another one waits for", "[postgres]") {
  PostgresBox box;
  const auto db = box.Open();
  REQUIRE(db->Write([&](Transaction& tx) { return PutThing(tx, "t1", "sum"); }));
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 10; ++round) {
        const auto written = db->Write([&](Transaction& tx) -> Status {
          if (Status s = LockLegacy(tx, "t1", "sum", LockMode::kExclusive); !s) return s;
          std::int64_t amount = 0;
          Status read =
              tx.Query("SELECT amount FROM things WHERE id = 'sum'", {}, [&](const Row& row) {
                amount = row.Integer(0);
                return true;
              });
          if (!read) return read;
          const auto set =
              tx.Execute("UPDATE things SET amount = $1 WHERE id = 'sum'", {amount + 1});
          return set ? Status() : Status(ErrorOf(set));
        });
        if (!written) ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failed == 0);
  CHECK(ReadOne(*db, [](Reader& reader) -> Result<std::int64_t> {
          std::int64_t amount = 0;
          Status read = reader.Query("SELECT amount FROM things", {}, [&](const Row& row) {
            amount = row.Integer(0);
            return true;
          });
          if (!read) return ErrorOf(read);
          return amount;
        }).value() == 80);
}

TEST_CASE("two that wait for each other are run again, and both succeed", "[postgres]") {
  PostgresBox box;
  const auto db = box.Open();
  std::atomic<int> first_locks{0};
  std::atomic<int> runs{0};
  const auto write = [&](const std::string& a, const std::string& b) {
    return db->Write([&](Transaction& tx) -> Status {
      ++runs;
      if (Status s = tx.Lock(a, LockMode::kExclusive); !s) return s;
      ++first_locks;
      if (!Eventually([&] { return first_locks >= 2; })) {
        return Fail(ErrorCode::kInternal, "the other one never came");
      }
      return tx.Lock(b, LockMode::kExclusive);
    });
  };
  Result<Position> one;
  std::thread other([&] { one = write("a", "b"); });
  const Result<Position> two = write("b", "a");
  other.join();
  CHECK(one);
  CHECK(two);
  CHECK(runs == 3);
}

TEST_CASE("connections that the server has closed are replaced, and no write is lost or doubled",
          "[postgres]") {
  PostgresBox box;
  const auto db = box.Open();
  std::atomic<bool> done{false};
  std::thread reaper([&] {
    const auto admin = Direct(box.server.Address("postgres"));
    while (!done) {
      Must(
          admin->Run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                     "WHERE datname = '" +
                     box.name() + "' AND random() < 0.03"));
      std::this_thread::yield();
    }
  });
  std::vector<std::string> acknowledged;
  for (int i = 0; i < 60; ++i) {
    const std::string id = std::to_string(i);
    const auto written = db->Write([&](Transaction& tx) {
      tx.Append(EventOf("t1", id));
      return PutThing(tx, "t1", id);
    });
    if (written) {
      acknowledged.push_back(id);
    } else {
      CHECK(written.error().code == ErrorCode::kUnavailable);
    }
  }
  done = true;
  reaper.join();
  REQUIRE(Eventually([&] { return db->Ping().has_value(); }));
  const auto events = db->EventsAfter(0, 1'000).value();
  std::map<std::string, int> times;
  for (const StoredEvent& event : events) ++times[event.event.subject];
  for (const std::string& id : acknowledged) CHECK(times[id] == 1);
  for (const auto& [id, count] : times) CHECK(count == 1);
  CHECK_FALSE(acknowledged.empty());
}

TEST_CASE("commits of another process are heard, also after the connection was lost",
          "[postgres]") {
  PostgresBox box;
  const auto db = box.Open();
  const auto other = box.Open();
  std::atomic<std::int64_t> heard{0};
  const auto kept = db->OnCommit([&](std::int64_t head) { heard = head; });
  const auto put = [&](const std::string& id) {
    return other->Write([&](Transaction& tx) {
      tx.Append(EventOf("t1", id));
      return PutThing(tx, "t1", id);
    });
  };
  REQUIRE(put("a"));
  CHECK(Eventually([&] { return heard == 1; }));
  Must(Direct(box.server.Address("postgres"))
           ->Run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" +
                 box.name() + "'"));
  REQUIRE(Eventually([&] { return put("b").has_value(); }));
  CHECK(Eventually([&] { return heard == 2; }));
}

TEST_CASE("a database without its schema is refused with the command that makes it", "[postgres]") {
  PostgresBox box;
  PostgresOptions options = box.Options();
  const auto empty = OpenPostgresDatabase(options);
  REQUIRE_FALSE(empty);
  CHECK(empty.error().code == ErrorCode::kUnavailable);
  CHECK_THAT(empty.error().message, Catch::Contains("heirloom migrate"));
  options.migrations = AllMigrations();
  Must(MigratePostgresDatabase(options));
  CHECK(OpenPostgresDatabase(options));
  const auto old = OpenPostgresDatabase(box.Options());
  REQUIRE_FALSE(old);
  CHECK_THAT(old.error().message, Catch::Contains("heirloom migrate"));
}

TEST_CASE("eight that migrate at once make one schema", "[postgres]") {
  PostgresBox box;
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      if (!MigratePostgresDatabase(box.Options())) ++failed;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failed == 0);
  CHECK(OpenPostgresDatabase(box.Options()));
}

TEST_CASE("what was put back from a copy begins another history", "[postgres]") {
  PostgresBox box;
  const auto head = [](Database& db) {
    return ReadOne(db, [](Reader& reader) { return reader.Head(); }).value();
  };
  const auto db = box.Open();
  REQUIRE(db->Write([](Transaction& tx) -> Status {
    tx.Append(EventOf("t1", "a"));
    return {};
  }));
  const Position before = head(*db);
  Must(BeginPostgresEpoch(box.Options()));
  const Position after = head(*db);
  CHECK(after.epoch != before.epoch);
  CHECK(after.sequence == before.sequence);
}

TEST_CASE("who looks the database over finds what would break lists and numbers", "[postgres]") {
  PostgresBox box;
  const auto db = box.Open();
  const auto maintenance = MakePostgresMaintenance({box.Address(), box.Options().migrations});
  NoProgress progress;
  Findings none;
  CHECK(maintenance->Inspect(none, progress).value());
  CHECK(none.list().empty());
  Must(
      box.Connect()->Run("ALTER TABLE things ALTER COLUMN name TYPE text COLLATE \"en-x-icu\"; "
                         "INSERT INTO outbox VALUES (7, 't1', 'ThingChanged', 's', '', 1, 1)"));
  Findings some;
  CHECK(maintenance->Inspect(some, progress).value());
  CHECK(some.Count(Finding::Severity::kError) == 2);
  const auto copied = maintenance->BackUp("/tmp/copy", progress);
  REQUIRE_FALSE(copied);
  CHECK_THAT(copied.error().message, Catch::Contains("pg_dump"));
}

TEST_CASE("who is not let in is told why, and no password stands in it", "[postgres]") {
  PostgresBox box;
  postgres::Address address = box.Address();
  SECTION("a wrong password") { address.password = Secret::Literal("tops3cret"); }
  SECTION("an expired one") {
    const auto admin = Direct(box.server.Address("postgres"));
    Must(admin->Run("CREATE ROLE r_" + box.name() +
                    " LOGIN PASSWORD 'tops3cret' VALID UNTIL '2001-01-01'"));
    address.url = "postgresql://r_" + box.name() + "@" + box.server.host + "/" + box.name();
    address.password = Secret::Literal("tops3cret");
  }
  const auto refused = postgres::Connection::Open(address, 1s);
  if (address.url.find("r_") != std::string::npos) {
    Must(Direct(box.server.Address("postgres"))->Run("DROP ROLE r_" + box.name()));
  }
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kUnavailable);
  CHECK_THAT(refused.error().message,
             Catch::Contains("wrong or has expired") && !Catch::Contains("tops3cret"));
}

TEST_CASE("a server that is not there is unavailable at once", "[postgres]") {
  postgres::PoolLimits limits;
  postgres::Pool pool({"postgresql://heirloom@127.0.0.1:1/x", {}, {}}, limits, "reading");
  const auto taken = pool.Take();
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == ErrorCode::kUnavailable);
}

TEST_CASE("once a server is back, nobody is told that it was away", "[postgres]") {
  constexpr int kCallers = 8;
  PostgresBox box;
  const auto admin = Direct(box.server.Address("postgres"));
  Must(admin->Run("ALTER DATABASE " + box.name() + " RENAME TO " + box.name() + "_away"));
  postgres::Pool pool(box.Address(), {.connections = kCallers}, "testing");
  REQUIRE(!pool.Take());
  Must(admin->Run("ALTER DATABASE " + box.name() + "_away RENAME TO " + box.name()));
  std::this_thread::sleep_for(600ms);  // Until it is tried again.
  std::atomic<int> got = 0;
  {
    std::latch together(kCallers);
    std::vector<std::jthread> callers;
    for (int i = 0; i < kCallers; ++i) {
      callers.emplace_back([&] {
        together.arrive_and_wait();
        if (pool.Take()) ++got;
      });
    }
  }
  CHECK(got == kCallers);
}

TEST_CASE("who is asked by TLS must be who it says it is", "[postgres]") {
  PostgresBox box;
  TempFolder folder;
  const auto pem = box.Connect()->Value("SELECT pg_read_file('ca.pem')");
  REQUIRE(pem);
  std::ofstream(folder / "ca.pem") << *pem;
  postgres::Address address = box.Address();
  const std::string port = box.server.host.substr(box.server.host.find(':'));
  const auto use = [&](const std::string& host) {
    address.url = box.server.head + "@" + host + port + "/" + box.name() + "?sslmode=verify-full";
  };

  SECTION("by its authority and for its name") {
    use("localhost");
    address.ca_file = folder / "ca.pem";
    CHECK(Direct(address)
              ->Value("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
              .value() == "t");
  }
  SECTION("not for another name") {
    use("127.0.0.1");
    address.ca_file = folder / "ca.pem";
    const auto refused = postgres::Connection::Open(address, 1s);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, Catch::Contains("for another name"));
  }
  SECTION("not by an authority that nobody named") {
    use("localhost");
    const auto refused = postgres::Connection::Open(address, 1s);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, Catch::Contains("storage.database_ca_file"));
  }
}

TEST_CASE("a random history leaves the same behind in SQLite and in PostgreSQL", "[postgres]") {
  const unsigned seed = GENERATE(1u, 2u, 3u);
  CAPTURE(seed);
  PostgresBox box;
  TempFolder folder;
  const auto postgres = box.Open();
  SqliteOptions options{.path = folder / "x.db", .clock = box.clock, .random = box.random};
  options.migrations = contract::DatabaseMigrations();
  auto sqlite = OpenSqliteDatabase(options);
  REQUIRE(sqlite);
  std::mt19937 dice(seed);
  const auto roll = [&](unsigned sides) { return static_cast<int>(dice() % sides); };
  for (int step = 0; step < 120; ++step) {
    const std::string id = std::to_string(roll(12));
    const std::string tenant = roll(2) == 0 ? "t1" : "t2";
    const int what = roll(6);
    const std::int64_t amount = roll(5) - 1;  // -1 is refused.
    const auto change = [&](Transaction& tx) -> Status {
      tx.Append(EventOf(tenant, id));
      if (what <= 2) return PutThing(tx, tenant, id, amount);
      const std::string_view sql =
          what == 3 ? "UPDATE things SET amount = $3, name = 'é' WHERE tenant_id = $1 AND id = $2"
                    : "DELETE FROM things WHERE tenant_id = $1 AND id = $2 AND amount <> $3";
      const auto done = tx.Execute(sql, {tenant, id, amount});
      if (!done) return ErrorOf(done);
      return *done == 0 ? Status(Fail(ErrorCode::kNotFound, "none")) : Status();
    };
    const auto a = (*sqlite)->Write(change);
    const auto b = postgres->Write(change);
    REQUIRE(a.has_value() == b.has_value());
    if (a) REQUIRE(a->sequence == b->sequence);
    if (!a) REQUIRE(a.error().code == b.error().code);
  }
  const auto dump = [](Database& db) {
    std::string all;
    Must(db.Read([&](Reader& reader) {
      return reader.Query("SELECT tenant_id, id, name, amount FROM things ORDER BY tenant_id, id",
                          {}, [&](const Row& row) {
                            all += row.String(0) + "|" + row.String(1) + "|" + row.String(2) + "|" +
                                   std::to_string(row.Integer(3)) + "\n";
                            return true;
                          });
    }));
    const auto events = db.EventsAfter(0, 1'000).value();
    for (const StoredEvent& event : events) {
      all += std::to_string(event.sequence) + event.event.tenant_id + event.event.subject + "\n";
    }
    return all;
  };
  CHECK(dump(**sqlite) == dump(*postgres));
}
