#include "storage/outbox/leadership.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <memory>

#include "storage/outbox/rows.h"
#include "storage/outbox/sweep.h"
#include "storage/sqlite/sqlite_database.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

using namespace std::chrono_literals;

// The lease itself goes by this clock, which a test moves; how often it is looked at by the real
// one.
struct House {
  testing::TempFolder folder;
  testing::ManualClock clock;
  SystemRandom random;
  std::unique_ptr<Database> database =
      OpenSqliteDatabase({.path = folder / "heirloom.db", .clock = clock, .random = random})
          .value();

  LeadershipOptions Options() {
    LeadershipOptions options{
        .database = *database, .clock = clock, .random = random, .name = "indexer"};
    options.lease = 60s;
    options.renew_each = 5ms;
    return options;
  }

  outbox::Place Place() {
    return ReadOne(*database, [](Reader& reader) { return outbox::ReadPlace(reader, "indexer"); })
        .value();
  }
};

}  // namespace

TEST_CASE("one process at a time leads, and another when that one stops", "[lease]") {
  House house;
  Leadership first(house.Options());
  Leadership second(house.Options());
  CHECK_FALSE(first.Held());
  first.Start();
  REQUIRE(first.Await(30s));
  second.Start();
  CHECK_FALSE(second.Await(100ms));
  CHECK(first.Holder().empty());
  CHECK_FALSE(second.Holder().empty());
  CHECK(first.Held());
  first.Stop();
  CHECK_FALSE(first.Held());
  CHECK(second.Await(30s));
  CHECK(second.Holder().empty());
}

TEST_CASE("a lease that nobody renews is another's when it is over, and not before", "[lease]") {
  House house;
  const auto left = house.database->Write([&](Transaction& tx) -> Status {
    if (Status s = outbox::AddConsumer(tx, "indexer", house.clock.Now()); !s) return s;
    return outbox::WritePlace(tx, "indexer",
                              {7, 0, "elsewhere:1/ab", house.clock.Now() + Time::FromSeconds(10)},
                              house.clock.Now());
  });
  REQUIRE(left);
  Leadership lease(house.Options());
  lease.Start();
  CHECK_FALSE(lease.Await(100ms));
  CHECK(lease.Holder() == "elsewhere:1");
  house.clock.AdvanceSeconds(10);
  CHECK(lease.Await(30s));
  CHECK(house.Place().position == 7);
}

TEST_CASE("a process that alone has the database waits for nobody's lease", "[lease]") {
  House house;
  const Time now = house.clock.Now();
  REQUIRE(house.database->Write([&](Transaction& tx) -> Status {
    if (Status s = outbox::AddConsumer(tx, "indexer", now); !s) return s;
    return outbox::WritePlace(tx, "indexer", {7, 0, "killed:1/ab", now + Time::FromSeconds(3600)},
                              now);
  }));
  auto options = house.Options();
  options.alone = true;
  Leadership lease(std::move(options));
  lease.Start();
  CHECK(lease.Await(30s));
}

TEST_CASE("of two that find a lease over at the same time, one has it", "[lease]") {
  House house;
  const Time now = house.clock.Now();
  const auto take = [&](const char* owner) {
    bool ours = false;
    REQUIRE(house.database->Write([&](Transaction& tx) -> Status {
      if (Status s = outbox::AddConsumer(tx, "indexer", now); !s) return s;
      const auto taken =
          outbox::TakeTurn(tx, "indexer", owner, now + Time::FromSeconds(10), 0, now);
      if (!taken) return ErrorOf(taken);
      ours = *taken;
      return {};
    }));
    return ours;
  };
  CHECK(take("a"));
  CHECK_FALSE(take("b"));
  CHECK(take("a"));
  REQUIRE(house.database->Write(
      [&](Transaction& tx) { return outbox::EndTurn(tx, "indexer", "b", now); }));
  CHECK_FALSE(take("b"));  // Nobody ends another's.
}

TEST_CASE("what the holder has yet to see is not swept", "[lease]") {
  House house;
  for (int i = 0; i < 5; ++i) {
    REQUIRE(house.database->Write([&](Transaction& tx) -> Status {
      tx.Append({"t1", "StoryCreated", "s" + std::to_string(i), "l", 1});
      return {};
    }));
  }
  std::atomic<std::int64_t> seen = 2;
  auto options = house.Options();
  options.position = [&] { return seen.load(); };
  Leadership lease(std::move(options));
  lease.Start();
  REQUIRE(lease.Await(30s));
  lease.Stop();
  house.clock.AdvanceSeconds(8LL * 24 * 60 * 60);
  const auto sweep = [&] {
    return SweepOutbox(*house.database, {.now = house.clock.Now(), .needed_after = 100}).value();
  };
  CHECK(sweep() == 2);
  CHECK(house.database->EventsAfter(0, 10)->front().sequence == 3);
}

}  // namespace heirloom
