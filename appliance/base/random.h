#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "appliance/base/clock.h"

namespace heirloom {

// Unpredictable bytes. Injected, so that tests can repeat themselves. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual void Fill(std::span<std::uint8_t> bytes) = 0;
};

// The kernel's generator, through libsodium.
class SystemRandom final : public Random {
 public:
  SystemRandom();
  void Fill(std::span<std::uint8_t> bytes) override;
};

// 256 random bits in base64url: session ids, API tokens, first-run links.
std::string NewSecret(Random& random);

// An identifier: a canonical lower-case UUID of 36 characters, version 7 when we make it (RFC
// 9562). Kept as text everywhere; checked with IsId where it enters.
using Id = std::string;

bool IsId(std::string_view text);

// Makes ids that grow with time, also within one microsecond and when the clock goes back.
// Thread-safe.
class IdSource {
 public:
  IdSource(const Clock& clock, Random& random) : clock_(clock), random_(random) {}
  Id Next();

 private:
  const Clock& clock_;
  Random& random_;
  std::mutex mutex_;
  std::int64_t last_ = 0;  // Milliseconds << 12 | counter: the sortable 60 bits.
};

}  // namespace heirloom
