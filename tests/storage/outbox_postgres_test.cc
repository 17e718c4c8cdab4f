#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/contract/event_bus_contract.h"
#include "tests/contract/event_bus_fixture.h"
#include "tests/storage/postgres_outbox.h"

namespace heirloom {
namespace {

using testing::PostgresOutbox;

// A process of the cluster that takes events of alpha until all of them were seen.
struct Member {
  std::unique_ptr<Database> database;
  std::unique_ptr<EventBus> bus;
};

}  // namespace

TEST_CASE("the outbox in Postgres keeps the EventBus contract", "[contract][bus]") {
  contract::CheckEventBus([] { return std::make_unique<PostgresOutbox>(); });
}

TEST_CASE("a process that stalled does not bring back what was deleted, on Postgres", "[bus]") {
  PostgresOutbox world;
  const auto database = world.AnotherDatabase();
  const auto other = world.Another(*database, false);
  contract::CheckStalledConsumer(world, world.Bus(), *other);
}

TEST_CASE("processes that compete for a consumer's events give each of them out once", "[bus]") {
  constexpr int kEvents = 400;
  PostgresOutbox world;
  std::vector<Member> members(3);
  for (Member& member : members) {
    member.database = world.AnotherDatabase();
    member.bus = world.Another(*member.database, false);
  }
  std::mutex mutex;
  std::map<std::int64_t, int> seen;
  std::atomic<int> all = 0;
  std::atomic<int> errors = 0;
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < 6; ++i) {
      workers.emplace_back([&, &bus = *members[i % 3].bus] {
        const auto give_up_at = std::chrono::steady_clock::now() + contract::kBusPatience;
        while (all < kEvents && std::chrono::steady_clock::now() < give_up_at) {
          const auto some = bus.Receive("alpha", {.max = 7,
                                                  .wait = std::chrono::milliseconds(200),
                                                  .lease = std::chrono::seconds(60),
                                                  .stop = {}});
          if (!some || !bus.Ack("alpha", *some)) {
            ++errors;
            continue;
          }
          const std::lock_guard lock(mutex);
          for (const Delivery& delivery : *some) ++seen[delivery.event.position.sequence];
          all = static_cast<int>(seen.size());
        }
      });
    }
    for (int i = 0; i < kEvents; i += 20) {
      std::vector<Event> some;
      for (int j = 0; j < 20; ++j) some.push_back(contract::ChangeOf(i + j));
      world.Publish(std::move(some));
    }
  }
  CHECK(errors == 0);
  CHECK(seen.size() == kEvents);
  for (const auto& [sequence, times] : seen) {
    INFO("event " << sequence);
    CHECK(times == 1);
  }
}

}  // namespace heirloom
