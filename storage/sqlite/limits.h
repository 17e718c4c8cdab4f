#pragma once

#include <chrono>
#include <cstddef>

namespace heirloom::sqlite {

struct ReadLimits {
  std::size_t connections = 4;
  std::chrono::milliseconds wait{5'000};       // For a free connection.
  std::chrono::milliseconds duration{30'000};  // Of all SQL of one Read.
};

struct WriteLimits {
  std::size_t waiting = 1'024;                 // Calls in the queue.
  std::size_t group = 64;                      // Calls committed together.
  std::chrono::milliseconds wait{10'000};      // In the queue.
  std::chrono::milliseconds duration{30'000};  // Of all SQL of one call.
  int log_pages = 16'384;                      // 64 MiB of log: above, readers are waited for.
};

}  // namespace heirloom::sqlite
