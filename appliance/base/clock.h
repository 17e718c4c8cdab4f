#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "appliance/base/result.h"

namespace heirloom {

// An instant: microseconds since 1970-01-01T00:00:00Z. The database stores exactly this number.
struct Time {
  std::int64_t micros = 0;

  static constexpr Time FromSeconds(std::int64_t seconds) { return {seconds * 1'000'000}; }
  constexpr Time operator+(Time span) const { return {micros + span.micros}; }
  constexpr Time operator-(Time span) const { return {micros - span.micros}; }
  friend constexpr auto operator<=>(const Time&, const Time&) = default;
};

// RFC 3339 in UTC with microseconds: 2026-01-31T08:15:00.000000Z.
std::string ToRfc3339(Time time);

// The wall clock. Injected, so that tests decide what time it is. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time Now() const override;
};

}  // namespace heirloom
