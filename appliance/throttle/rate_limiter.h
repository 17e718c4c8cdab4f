#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "appliance/base/clock.h"
#include "appliance/base/result.h"
#include "storage/database.h"

namespace heirloom {

// What one person may do in a minute, in all processes and by all sessions and tokens together. As
// much may be done at once. 0: as often as they like.
struct RateLimits {
  std::int64_t writes_per_minute = 0;
  std::int64_t searches_per_minute = 0;
  std::int64_t exports_per_minute = 0;
};

// Keeps one person, or their script that runs wild, from taking the whole machine. Requests are
// counted here and paid for in the shared rows by the lease: a hundredth of the limit, at most 500.
// So most requests cost a look into a map, one in each lease a write, and what is let through
// beyond a limit is one lease for each process. When the rows cannot be reached nobody is held up:
// what follows will say so itself. Bounded; thread-safe.
class RateLimiter {
 public:
  enum class Kind { kWrites, kSearches, kExports };

  RateLimiter(Database& database, const Clock& clock, const RateLimits& limits);

  // kLimitExceeded with the time to wait.
  Status Take(Kind kind, const std::string& subject);

 private:
  struct Counter {
    std::int64_t used = 0;     // Not yet paid for.
    std::int64_t granted = 0;  // How many may be used before paying.
    bool paying = false;       // By another thread, just now.
    Time denied_until;
    Time last_used;
  };
  using Key = std::pair<Kind, std::string>;

  struct Limit {
    double per_minute = 0;
    std::int64_t lease = 0;
  };
  const Limit& LimitOf(Kind kind) const { return limits_[static_cast<std::size_t>(kind)]; }
  Counter& CounterOf(const Key& key, Time now);
  Status Pay(const Key& key, std::int64_t used, Time now);

  Database& database_;
  const Clock& clock_;
  const std::array<Limit, 3> limits_;
  std::mutex mutex_;
  std::map<Key, Counter> counters_;
};

}  // namespace heirloom
