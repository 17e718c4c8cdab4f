#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace heirloom {

struct LiveLimits {
  std::size_t per_person = 32;  // Windows that one person may have open.
  std::size_t total = 12'000;
  std::int64_t replay = 2'000;  // Events looked through for who comes back; beyond: reset.
  std::chrono::milliseconds heartbeat{15'000};
  std::chrono::milliseconds look_again{1'000};  // Should a commit hook ever get lost.
};

struct LiveStats {
  std::size_t subscribers = 0;
  std::uint64_t sent = 0;  // Events, each counted for each who got it.
  std::int64_t lag = 0;    // Events that were committed and not passed on yet.
};

}  // namespace heirloom
