#include "appliance/operations/health_service.h"

#include <catch2/catch.hpp>
#include <future>

#include "tests/support/manual_clock.h"

namespace heirloom {
namespace {

using State = Readiness::State;
using Part = CheckResult::State;

class HealthFixture {
 protected:
  testing::ManualClock clock_;
  HealthService health_{clock_, {}};
};

TEST_CASE_METHOD(HealthFixture, "ready is when nothing fails; behind is still ready", "[health]") {
  CheckResult database, search;
  health_.AddCheck("database", [&] { return database; });
  health_.AddCheck("search", [&] { return search; });
  CHECK(health_.Check().state == State::kReady);

  clock_.Advance(Time::FromSeconds(2));
  search = {Part::kBehind, "7 events behind."};
  const Readiness behind = health_.Check();
  CHECK(behind.state == State::kReady);
  REQUIRE(behind.checks.size() == 2);
  CHECK(behind.checks[1].first == "search");
  CHECK(behind.checks[1].second.detail == "7 events behind.");

  clock_.Advance(Time::FromSeconds(2));
  database = {Part::kFailing, "It does not answer."};
  CHECK(health_.Check().state == State::kFailing);
}

TEST_CASE_METHOD(HealthFixture, "checks run once a second, however many ask", "[health]") {
  int runs = 0;
  health_.AddCheck("counted", [&] {
    ++runs;
    return CheckResult{};
  });
  health_.Check();
  health_.Check();
  clock_.Advance({999'999});
  health_.Check();
  CHECK(runs == 1);
  clock_.Advance({1});
  health_.Check();
  CHECK(runs == 2);
}

TEST_CASE_METHOD(HealthFixture, "a clock that is set back keeps no old result", "[health]") {
  int runs = 0;
  health_.AddCheck("counted", [&] {
    ++runs;
    return CheckResult{};
  });
  clock_.Advance(Time::FromSeconds(3600));
  health_.Check();
  clock_.Advance(Time::FromSeconds(-3600));
  health_.Check();
  CHECK(runs == 2);
}

TEST_CASE_METHOD(HealthFixture, "who asks while a check runs does not wait for it", "[health]") {
  std::promise<void> begun, go_on;
  health_.AddCheck("slow", [&] {
    begun.set_value();
    go_on.get_future().wait();
    return CheckResult{};
  });
  auto first = std::async(std::launch::async, [&] { return health_.Check(); });
  begun.get_future().wait();
  CHECK(health_.Check().state == State::kStarting);
  go_on.set_value();
  CHECK(first.get().state == State::kReady);
}

TEST_CASE_METHOD(HealthFixture, "a daemon that drains is not ready, though all is well",
                 "[health]") {
  health_.AddCheck("fine", [] { return CheckResult{}; });
  CHECK(health_.Check().state == State::kReady);
  health_.SetDraining();
  CHECK(health_.Check().state == State::kDraining);
}

}  // namespace
}  // namespace heirloom
