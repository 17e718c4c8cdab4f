#include "appliance/throttle/rate_limiter.h"

#include <algorithm>
#include <cmath>

#include "appliance/base/log.h"
#include "appliance/throttle/throttle_repository.h"

namespace heirloom {
namespace {

namespace repository = throttle_repository;

constexpr std::array<std::string_view, 3> kKinds = {"writes", "searches", "exports"};
constexpr std::int64_t kLargestLease = 500;
// As many as the listener has threads: requests under way while the rows are written.
constexpr std::int64_t kMostUnpaid = 256;
constexpr std::size_t kMostCounters = 10'000;
constexpr Time kForgottenAfter = Time::FromSeconds(60);

BucketRate RateOf(double per_minute) { return {per_minute, per_minute / 60}; }

Status TooOften(Time until, Time now) {
  const std::int64_t micros = std::max<std::int64_t>(until.micros - now.micros, 0);
  return FailForNow(
      ErrorCode::kLimitExceeded, "You are doing this too often; please slow down.",
      static_cast<int>(std::clamp<std::int64_t>((micros + 999'999) / 1'000'000, 1, 3600)));
}

}  // namespace

RateLimiter::RateLimiter(Database& database, const Clock& clock, const RateLimits& limits)
    : database_(database), clock_(clock), limits_([&] {
        std::array<Limit, 3> made;
        const std::array counts = {limits.writes_per_minute, limits.searches_per_minute,
                                   limits.exports_per_minute};
        for (std::size_t i = 0; i < made.size(); ++i) {
          made[i] = {static_cast<double>(counts[i]),
                     std::clamp<std::int64_t>(counts[i] / 100, 1, kLargestLease)};
        }
        return made;
      }()) {}

Status RateLimiter::Take(Kind kind, const std::string& subject) {
  const Limit& limit = LimitOf(kind);
  if (limit.per_minute <= 0) return {};
  const Time now = clock_.Now();
  const Key key{kind, subject};
  std::int64_t used = 0;
  {
    const std::lock_guard lock(mutex_);
    Counter& counter = CounterOf(key, now);
    if (now < counter.denied_until) return TooOften(counter.denied_until, now);
    ++counter.used;
    if (counter.used <= counter.granted) return {};
    if (counter.paying) {
      // Another thread pays just now; what gets through meanwhile is on the next bill.
      if (counter.used <= counter.granted + kMostUnpaid) return {};
      --counter.used;
      return TooOften(now, now);
    }
    counter.paying = true;
    // This one is not among them: it is let through, or not, by what is left after.
    used = --counter.used;
  }
  return Pay(key, used, now);
}

// The first lease is on credit: who does less than that in a while never costs a write.
RateLimiter::Counter& RateLimiter::CounterOf(const Key& key, Time now) {
  const auto found = counters_.find(key);
  if (found != counters_.end()) {
    found->second.last_used = now;
    return found->second;
  }
  if (counters_.size() >= kMostCounters) {
    std::erase_if(counters_, [&](const auto& entry) {
      return !entry.second.paying && entry.second.last_used + kForgottenAfter <= now;
    });
    // What is forgotten was not paid for: one lease each, once in a long while.
    if (counters_.size() >= kMostCounters) counters_.clear();
  }
  Counter counter;
  counter.granted = LimitOf(key.first).lease;
  counter.last_used = now;
  return counters_.insert({key, counter}).first->second;
}

Status RateLimiter::Pay(const Key& key, std::int64_t used, Time now) {
  const Limit& limit = LimitOf(key.first);
  const BucketRate rate = RateOf(limit.per_minute);
  const BucketKey row{kKinds[static_cast<std::size_t>(key.first)],
                      repository::SubjectOf(key.second)};
  double left = 0;
  const auto written = database_.Write([&](Transaction& tx) -> Status {
    const auto level = repository::Charge(tx, row, rate, static_cast<double>(used), now);
    if (!level) return ErrorOf(level);
    left = *level;
    return {};
  });
  const std::lock_guard lock(mutex_);
  Counter& counter = CounterOf(key, now);
  counter.paying = false;
  if (!written) {
    LogWarn("a rate limit could not be looked up", {{"reason", written.error().message}});
    counter.granted += limit.lease;
    return {};
  }
  counter.used = std::max<std::int64_t>(counter.used - used, 0);
  counter.granted = std::clamp<std::int64_t>(static_cast<std::int64_t>(left), 0, limit.lease);
  if (counter.granted == 0) {
    // Until a whole lease has grown: who is at the limit must not cost a write for each request.
    const double wait = (static_cast<double>(limit.lease) - left) / rate.per_second;
    counter.denied_until = {now.micros + static_cast<std::int64_t>(std::ceil(wait * 1e6))};
    return TooOften(counter.denied_until, now);
  }
  ++counter.used;
  return {};
}

}  // namespace heirloom
