#include "appliance/base/clock.h"

#include <catch2/catch.hpp>

#include "tests/support/manual_clock.h"

namespace heirloom {

TEST_CASE("a time is written as RFC 3339 in UTC with microseconds", "[base][clock]") {
  CHECK(ToRfc3339({0}) == "1970-01-01T00:00:00.000000Z");
  CHECK(ToRfc3339({1'769'847'300'000'042}) == "2026-01-31T08:15:00.000042Z");
  CHECK(ToRfc3339(Time::FromSeconds(951'782'400)) == "2000-02-29T00:00:00.000000Z");
}

TEST_CASE("a time before 1970 counts its fraction forwards too", "[base][clock]") {
  CHECK(ToRfc3339({-1}) == "1969-12-31T23:59:59.999999Z");
  CHECK(ToRfc3339(Time::FromSeconds(-86'400)) == "1969-12-31T00:00:00.000000Z");
}

TEST_CASE("written times sort as the times do", "[base][clock]") {
  Time last{-2'000'000'000'000'000};
  for (int i = 0; i < 1000; ++i) {
    const Time next = last + Time{3'999'999'999'937};
    CHECK(ToRfc3339(last) < ToRfc3339(next));
    last = next;
  }
}

TEST_CASE("the system clock counts microseconds since 1970", "[base][clock]") {
  const Time now = SystemClock().Now();
  CHECK(now > Time::FromSeconds(1'700'000'000));   // 2023
  CHECK(now < Time::FromSeconds(32'503'680'000));  // 3000
}

TEST_CASE("the manual clock stands still until it is moved", "[base][clock]") {
  testing::ManualClock clock;
  CHECK(ToRfc3339(clock.Now()) == "2026-01-31T08:15:00.000000Z");
  clock.AdvanceSeconds(60);
  CHECK(clock.Now() == testing::ManualClock::kStart + Time::FromSeconds(60));
  clock.Set({7});
  CHECK(clock.Now() == Time{7});
}

}  // namespace heirloom
