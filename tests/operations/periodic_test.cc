#include "appliance/operations/periodic.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <future>

namespace heirloom {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a regular task runs again and again, also after it failed", "[periodic]") {
  std::promise<void> third;
  std::atomic<int> runs = 0;
  {
    const Periodic periodic("test", 1ms, [&]() -> Status {
      if (++runs == 3) third.set_value();
      return Fail(ErrorCode::kUnavailable, "not now");
    });
    REQUIRE(third.get_future().wait_for(60s) == std::future_status::ready);
  }
  CHECK(runs >= 4);
}

TEST_CASE("a regular task runs once more at the end, however long its interval", "[periodic]") {
  std::atomic<int> runs = 0;
  {
    const Periodic periodic("test", 24h, [&]() -> Status {
      ++runs;
      return {};
    });
  }
  CHECK(runs == 1);
}

}  // namespace
}  // namespace heirloom
