#include "appliance/operations/heap.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdint>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

// Sanitizers bring an allocator of their own, which keeps what was freed on purpose.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace heirloom {
namespace {

std::int64_t ResidentMib() {
  std::int64_t all = 0;
  std::int64_t resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * ::sysconf(_SC_PAGESIZE) / (1 << 20);
}

// Many small pieces, as a wide JSON body is, the last of which stays: nothing at the top is free.
std::string Burst() {
  std::vector<std::string> pieces;
  for (int i = 0; i < 1'000'000; ++i) pieces.emplace_back(200, 'x');
  return std::move(pieces.back());
}

TEST_CASE("what a burst left behind is given back", "[heap]") {
  const std::int64_t before = ResidentMib();
  std::string kept;
  std::jthread([&] { kept = Burst(); }).join();
  const std::int64_t held = ResidentMib() - before;
  REQUIRE(held > 100);
  ReturnFreeMemory();
  CHECK(ResidentMib() - before < held / 4);
  CHECK(kept.size() == 200);
}

}  // namespace
}  // namespace heirloom

#endif
