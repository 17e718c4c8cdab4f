#include "appliance/base/random.h"

#include <array>
#include <catch2/catch.hpp>
#include <set>
#include <thread>
#include <vector>

#include "appliance/base/encoding.h"
#include "tests/support/manual_clock.h"
#include "tests/support/seeded_random.h"

namespace heirloom {

using testing::ManualClock;
using testing::SeededRandom;

TEST_CASE("the system's random bytes differ each time", "[base][random]") {
  SystemRandom random;
  std::array<std::uint8_t, 32> first{};
  std::array<std::uint8_t, 32> second{};
  random.Fill(first);
  random.Fill(second);
  CHECK(first != second);
  CHECK(first != std::array<std::uint8_t, 32>{});
}

TEST_CASE("a secret is 256 bits in base64url", "[base][random]") {
  SystemRandom random;
  const std::string secret = NewSecret(random);
  CHECK(secret.size() == 43);
  REQUIRE(FromBase64Url(secret));
  CHECK(FromBase64Url(secret)->size() == 32);
  CHECK(NewSecret(random) != secret);
}

TEST_CASE("an id is a UUID of version 7 that carries the clock's millisecond", "[base][random]") {
  ManualClock clock(Time{0x0123456789abLL * 1000});
  SeededRandom random;
  const Id id = IdSource(clock, random).Next();
  REQUIRE(IsId(id));
  CHECK(id.substr(0, 13) == "01234567-89ab");
  CHECK(id[14] == '7');
  CHECK(std::string("89ab").find(id[19]) != std::string::npos);
}

TEST_CASE("ids grow while the clock stands still, runs and goes back", "[base][random]") {
  ManualClock clock;
  SeededRandom random;
  IdSource ids(clock, random);
  Id last = ids.Next();
  // More than the 4096 that fit into one millisecond's fraction.
  for (int i = 0; i < 20'000; ++i) {
    if (i % 3'000 == 0) clock.Advance({-1'000'000});
    if (i % 1'000 == 1) clock.Advance({1});
    const Id next = ids.Next();
    REQUIRE(last < next);
    last = next;
  }
}

TEST_CASE("ids made by several threads are all different", "[base][random]") {
  ManualClock clock;
  SeededRandom random;
  IdSource ids(clock, random);
  std::vector<std::vector<Id>> made(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : made) {
      threads.emplace_back([&ids, &mine] {
        for (int i = 0; i < 500; ++i) mine.push_back(ids.Next());
      });
    }
  }
  std::set<Id> all;
  for (const auto& mine : made) all.insert(mine.begin(), mine.end());
  CHECK(all.size() == 2000);
}

TEST_CASE("only canonical UUIDs are ids", "[base][random]") {
  CHECK(IsId("018f4c3e-7b1a-7c2d-9e4f-0123456789ab"));
  CHECK_FALSE(IsId(""));
  CHECK_FALSE(IsId("018F4C3E-7B1A-7C2D-9E4F-0123456789AB"));  // Another spelling of the same.
  CHECK_FALSE(IsId("018f4c3e7b1a7c2d9e4f0123456789ab"));      // No dashes.
  CHECK_FALSE(IsId("{18f4c3e-7b1a-7c2d-9e4f-0123456789a}"));
  CHECK_FALSE(IsId("018f4c3e-7b1a-7c2d-9e4f-0123456789ab "));
  CHECK_FALSE(IsId("018f4c3e-7b1a-7c2d-9e4f-0123456789ag"));
  CHECK_FALSE(IsId("018f4c3e-7b1a-7c2d-9e4f00123456789ab"));
  CHECK_FALSE(IsId("../../../../../../../../../etc/passwd"));
}

}  // namespace heirloom
