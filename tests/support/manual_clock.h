#pragma once

#include <atomic>
#include <cstdint>

#include "appliance/base/clock.h"

namespace heirloom::testing {

// A clock that stands still until a test moves it. Starts at 2026-01-31T08:15:00Z. Thread-safe.
class ManualClock final : public Clock {
 public:
  static constexpr Time kStart = Time::FromSeconds(1'769'847'300);

  explicit ManualClock(Time now = kStart) : micros_(now.micros) {}

  Time Now() const override { return {micros_.load()}; }
  void Set(Time now) { micros_ = now.micros; }
  void Advance(Time span) { micros_ += span.micros; }
  void AdvanceSeconds(std::int64_t seconds) { Advance(Time::FromSeconds(seconds)); }

 private:
  std::atomic<std::int64_t> micros_;
};

}  // namespace heirloom::testing
