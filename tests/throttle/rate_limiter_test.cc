#include "appliance/throttle/rate_limiter.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "appliance/base/log.h"
#include "storage/sqlite/sqlite_database.h"
#include "tests/support/manual_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

using Kind = RateLimiter::Kind;

// Counts what is written, and fails it on demand.
class CountingDatabase final : public Database {
 public:
  explicit CountingDatabase(Database& inner) : inner_(inner) {}
  Status Read(const std::function<Status(Reader&)>& fn) override { return inner_.Read(fn); }
  Result<Position> Write(const std::function<Status(Transaction&)>& fn) override {
    ++writes;
    if (broken) return Fail(ErrorCode::kUnavailable, "the disk is full");
    return inner_.Write(fn);
  }
  Result<std::vector<StoredEvent>> EventsAfter(std::int64_t sequence, int limit) override {
    return inner_.EventsAfter(sequence, limit);
  }
  CommitHooks::Subscription OnCommit(CommitHooks::Hook hook) override {
    return inner_.OnCommit(std::move(hook));
  }
  Status Ping() override { return inner_.Ping(); }

  std::atomic<int> writes{0};
  std::atomic<bool> broken{false};

 private:
  Database& inner_;
};

struct Desk {
  testing::TempFolder folder;
  testing::ManualClock clock;
  testing::SeededRandom random;
  std::unique_ptr<Database> sqlite = Open();
  CountingDatabase database{*sqlite};
  RateLimits limits{6000, 600, 60};
  RateLimiter limiter{database, clock, limits};
  // Another process that answers requests.
  RateLimiter elsewhere{database, clock, limits};

  std::unique_ptr<Database> Open() {
    auto opened =
        OpenSqliteDatabase({.path = folder / "heirloom.db", .clock = clock, .random = random});
    if (!opened) Panic(opened.error().message);
    return std::move(*opened);
  }

  int Until(RateLimiter& at, Kind kind, const std::string& who) {
    int taken = 0;
    while (at.Take(kind, who)) ++taken;
    return taken;
  }
};

constexpr int kLease = 60;  // Of 6,000 writes.

}  // namespace

TEST_CASE("a minute's worth is let through at once, then as it grows", "[throttle]") {
  Desk desk;
  const int first = desk.Until(desk.limiter, Kind::kWrites, "ada");
  CHECK(first >= 6000);
  CHECK(first <= 6000 + kLease);
  const Status refused = desk.limiter.Take(Kind::kWrites, "ada");
  CHECK(refused.error().code == ErrorCode::kLimitExceeded);
  CHECK(refused.error().retry_after_seconds >= 1);
  desk.clock.AdvanceSeconds(10);
  const int second = desk.Until(desk.limiter, Kind::kWrites, "ada");
  CHECK(second >= 1000 - kLease);
  CHECK(second <= 1000 + kLease);
}

TEST_CASE("an ordinary request costs no write, and many cost one for each lease", "[throttle]") {
  Desk desk;
  for (int i = 0; i < kLease; ++i) REQUIRE(desk.limiter.Take(Kind::kWrites, "ada"));
  CHECK(desk.database.writes == 0);
  for (int i = 0; i < 10 * kLease; ++i) REQUIRE(desk.limiter.Take(Kind::kWrites, "ada"));
  CHECK(desk.database.writes == 10);
}

TEST_CASE("who is at the limit costs no write for each refusal", "[throttle]") {
  Desk desk;
  (void)desk.Until(desk.limiter, Kind::kWrites, "ada");
  const int before = desk.database.writes;
  for (int i = 0; i < 1000; ++i) REQUIRE_FALSE(desk.limiter.Take(Kind::kWrites, "ada"));
  CHECK(desk.database.writes == before);
}

TEST_CASE("all processes draw from one bucket", "[throttle]") {
  Desk desk;
  const int here = desk.Until(desk.limiter, Kind::kWrites, "ada");
  const int there = desk.Until(desk.elsewhere, Kind::kWrites, "ada");
  CHECK(there <= kLease);
  CHECK(here + there <= 6000 + 2 * kLease);
}

TEST_CASE("one person's haste is nobody else's, and one kind not the other's", "[throttle]") {
  Desk desk;
  (void)desk.Until(desk.limiter, Kind::kWrites, "ada");
  CHECK(desk.limiter.Take(Kind::kWrites, "ben"));
  CHECK(desk.limiter.Take(Kind::kSearches, "ada"));
  CHECK(desk.limiter.Take(Kind::kExports, "ada"));
}

TEST_CASE("a limit of 0 is none", "[throttle]") {
  Desk desk;
  RateLimiter open(desk.database, desk.clock, {});
  for (int i = 0; i < 100'000; ++i) REQUIRE(open.Take(Kind::kWrites, "ada"));
  CHECK(desk.database.writes == 0);
}

TEST_CASE("nobody is held up by rows that cannot be reached", "[throttle]") {
  Desk desk;
  desk.database.broken = true;
  for (int i = 0; i < 1000; ++i) REQUIRE(desk.limiter.Take(Kind::kWrites, "ada"));
}

TEST_CASE("many threads together get no more than the limit and a few", "[throttle]") {
  Desk desk;
  constexpr int kThreads = 8;
  std::atomic<int> taken{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 2000; ++j) {
          if (desk.limiter.Take(Kind::kWrites, "ada")) ++taken;
        }
      });
    }
  }
  const int rest = desk.Until(desk.limiter, Kind::kWrites, "ada");
  CHECK(taken + rest >= 6000);
  // While one pays, some others go on; they are charged with the next lease.
  CHECK(taken + rest <= 6000 + kLease + 256);
}

}  // namespace heirloom
