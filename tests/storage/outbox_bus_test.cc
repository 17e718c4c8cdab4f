#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "tests/contract/event_bus_contract.h"
#include "tests/contract/event_bus_fixture.h"
#include "tests/contract/event_bus_history.h"
#include "tests/delivery/outbox_world.h"

namespace heirloom {
namespace {

using contract::ChangeOf;
using contract::Take;
using testing::OutboxWorld;

// What alpha has yet to do, as another process reads it.
std::int64_t Waiting(OutboxWorld& world) { return world.Another()->Counts().value()[0].waiting; }

}  // namespace

TEST_CASE("the outbox itself keeps the EventBus contract", "[contract][bus]") {
  contract::CheckEventBus([] { return std::make_unique<testing::OutboxWorld>(); });
}

TEST_CASE("a process that stalled does not bring back what was deleted, on the outbox", "[bus]") {
  OutboxWorld world;
  const auto stalled = world.Another(false);
  const auto other = world.Another(false);
  contract::CheckStalledConsumer(world, *stalled, *other);
}

TEST_CASE("any history leaves on the outbox what it must", "[bus]") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    OutboxWorld world;
    CHECK(contract::PlayBusHistory(world, seed) == contract::ExpectedOfBusHistory(seed));
  }
}

TEST_CASE("what was acknowledged is written down soon, though nothing new comes", "[bus]") {
  OutboxWorld world;
  world.Publish({ChangeOf(1), ChangeOf(2)});
  Take(world.Bus(), "alpha", 2);
  const auto give_up_at = std::chrono::steady_clock::now() + contract::kBusPatience;
  while (Waiting(world) > 0 && std::chrono::steady_clock::now() < give_up_at) {
    const ReceiveOptions briefly{.max = 1, .wait = std::chrono::milliseconds(100), .stop = {}};
    CHECK(world.Bus().Receive("alpha", briefly).value().empty());
  }
  CHECK(Waiting(world) == 0);
}

TEST_CASE("a bus that is closed leaves nothing to be given again", "[bus]") {
  OutboxWorld world;
  world.Publish({ChangeOf(1), ChangeOf(2), ChangeOf(3)});
  Take(*world.Another(), "alpha", 2);
  CHECK(Waiting(world) == 1);
  CHECK(contract::TakeOne(*world.Another(), "alpha").attempt == 1);
}

TEST_CASE("after a crash each batch is written down at once", "[bus]") {
  OutboxWorld world;
  world.Publish({ChangeOf(1), ChangeOf(2), ChangeOf(3)});
  const auto crashed = world.Another();
  Take(*crashed, "alpha", 3);
  const auto next = world.Another();
  for (const std::int64_t left : {2, 1, 0}) {
    Take(*next, "alpha", 1);
    CHECK(Waiting(world) == left);
  }
}

TEST_CASE("what was not acknowledged comes again, though what is behind it was", "[bus]") {
  OutboxWorld world;
  world.Publish({ChangeOf(1), ChangeOf(2), ChangeOf(3)});
  {
    const auto first = world.Another();
    const auto all = Take(*first, "alpha", 3, true);
    REQUIRE(first->Ack("alpha", std::vector{all[0], all[2]}));
  }
  CHECK(contract::SequencesOf(Take(*world.Another(), "alpha", 2)) ==
        std::vector<std::int64_t>{2, 3});
}

}  // namespace heirloom
