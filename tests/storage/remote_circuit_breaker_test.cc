#include <catch2/catch.hpp>

#include "storage/remote/circuit_breaker.h"
#include "storage/remote/retry_budget.h"

namespace heirloom {
namespace {

using std::chrono::milliseconds;
using Outcome = CircuitBreaker::Outcome;
using State = CircuitBreaker::State;

constexpr CircuitPolicy kPolicy{.failures_in_a_row = 3,
                                .failed_part = 0.5,
                                .least_requests = 10,
                                .window = milliseconds(1'000),
                                .first_rest = milliseconds(100),
                                .max_rest = milliseconds(300)};

struct World {
  void Ask(Outcome outcome) { circuit.Report(circuit.Admit(now).value(), outcome, now); }
  void Break() {
    for (int i = 0; i < kPolicy.failures_in_a_row; ++i) Ask(Outcome::kBad);
  }

  CircuitBreaker circuit{kPolicy};
  CircuitBreaker::Instant now{std::chrono::hours(1)};
};

TEST_CASE(
    "failures in a row open a circuit, and one success between them does not let them add up") {
  World world;
  for (int i = 0; i < 3; ++i) {
    world.Ask(Outcome::kBad);
    world.Ask(Outcome::kBad);
    for (int good = 0; good < 4; ++good) world.Ask(Outcome::kGood);
  }
  CHECK(world.circuit.state() == State::kClosed);
  world.Break();
  CHECK(world.circuit.state() == State::kOpen);
  CHECK_FALSE(world.circuit.Admit(world.now));
  CHECK(world.circuit.RetryIn(world.now) == milliseconds(100));
  CHECK(world.circuit.times_opened() == 1);
}

TEST_CASE(
    "half of a window's requests that fail open a circuit, but not of few, nor of an old window") {
  World world;
  for (int i = 0; i < 4; ++i) {
    world.Ask(Outcome::kGood);
    world.Ask(Outcome::kBad);
  }
  CHECK(world.circuit.state() == State::kClosed);  // Eight are too few to judge by.
  world.now += milliseconds(1'001);
  for (int i = 0; i < 4; ++i) {
    world.Ask(Outcome::kGood);
    world.Ask(Outcome::kBad);
  }
  CHECK(world.circuit.state() == State::kClosed);
  world.Ask(Outcome::kGood);
  world.Ask(Outcome::kBad);
  CHECK(world.circuit.state() == State::kOpen);
}

TEST_CASE("after its rest one probe goes and no other, and its success closes the circuit") {
  World world;
  world.Break();
  world.now += milliseconds(99);
  CHECK_FALSE(world.circuit.Admit(world.now));
  world.now += milliseconds(1);
  CHECK(world.circuit.RetryIn(world.now) == milliseconds(0));
  const auto probe = world.circuit.Admit(world.now);
  REQUIRE(probe);
  CHECK(world.circuit.state() == State::kHalfOpen);
  CHECK_FALSE(world.circuit.Admit(world.now));
  CHECK(world.circuit.RetryIn(world.now) > milliseconds(0));
  CHECK(world.circuit.Report(*probe, Outcome::kGood, world.now));
  CHECK(world.circuit.state() == State::kClosed);
  world.Ask(Outcome::kBad);  // The old row of failures is forgotten.
  CHECK(world.circuit.state() == State::kClosed);
}

TEST_CASE("each probe that fails doubles the rest, up to its limit, and healing starts afresh") {
  World world;
  world.Break();
  for (const int rest : {100, 200, 300, 300}) {
    CHECK(world.circuit.RetryIn(world.now) == milliseconds(rest));
    world.now += milliseconds(rest);
    world.Ask(Outcome::kBad);
  }
  CHECK(world.circuit.times_opened() == 5);
  world.now += milliseconds(300);
  world.Ask(Outcome::kGood);
  world.Break();
  CHECK(world.circuit.RetryIn(world.now) == milliseconds(100));
}

TEST_CASE("a probe that was stopped makes room for another") {
  World world;
  world.Break();
  world.now += milliseconds(100);
  const auto probe = world.circuit.Admit(world.now);
  CHECK_FALSE(world.circuit.Report(probe.value(), Outcome::kUnknown, world.now));
  CHECK(world.circuit.state() == State::kHalfOpen);
  world.Ask(Outcome::kGood);
  CHECK(world.circuit.state() == State::kClosed);
}

TEST_CASE("what was asked before a circuit changed does not count after it") {
  World world;
  const auto early = world.circuit.Admit(world.now);
  world.Break();
  CHECK_FALSE(world.circuit.Report(early.value(), Outcome::kGood, world.now));
  CHECK(world.circuit.state() == State::kOpen);
  world.now += milliseconds(100);
  const auto probe = world.circuit.Admit(world.now);
  CHECK_FALSE(world.circuit.Report(early.value(), Outcome::kBad, world.now));
  CHECK(world.circuit.state() == State::kHalfOpen);
  CHECK(world.circuit.Report(probe.value(), Outcome::kGood, world.now));
}

TEST_CASE("a retry budget gives a tenth of the requests, and a few at the start") {
  RetryBudget budget(0.1, 3);
  int retries = 0;
  for (int i = 0; i < 1000; ++i) {
    budget.CountRequest();
    retries += budget.TakeRetry() ? 1 : 0;
    retries += budget.TakeRetry() ? 1 : 0;
  }
  CHECK(retries >= 100);
  CHECK(retries <= 103);
}

TEST_CASE("a retry budget that was not used grows no larger than its burst") {
  RetryBudget budget(0.5, 2);
  for (int i = 0; i < 100; ++i) budget.CountRequest();
  CHECK(budget.TakeRetry());
  CHECK(budget.TakeRetry());
  CHECK_FALSE(budget.TakeRetry());
}

}  // namespace
}  // namespace heirloom
