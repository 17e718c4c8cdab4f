#pragma once

#include <chrono>
#include <cstddef>

namespace heirloom::postgres {

// Of the connections for reading, or for writing.
struct PoolLimits {
  std::size_t connections = 8;
  std::size_t waiting = 1'024;                            // Calls that wait for a connection.
  std::chrono::milliseconds wait{5'000};                  // For a connection.
  std::chrono::milliseconds duration{30'000};             // Of all SQL of one call.
  std::chrono::milliseconds lifetime{30LL * 60 * 1'000};  // Then a connection is opened afresh.
};

inline constexpr PoolLimits kWriting{.wait = std::chrono::milliseconds(10'000)};

// For another transaction's lock.
inline constexpr std::chrono::milliseconds kLockWait{10'000};
// For a connection to be made, for each host.
inline constexpr std::chrono::seconds kConnectWithin{5};

}  // namespace heirloom::postgres
