#pragma once

#include <cstdint>
#include <mutex>
#include <random>
#include <span>

#include "appliance/base/random.h"

namespace heirloom::testing {

// The same bytes in every run, so that a failure can be repeated. Thread-safe.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed = 1) : engine_(seed) {}

  void Fill(std::span<std::uint8_t> bytes) override {
    const std::lock_guard lock(mutex_);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(engine_());
  }

  // A number from 0 to `bound` - 1; `bound` must not be 0.
  std::uint64_t Below(std::uint64_t bound) {
    const std::lock_guard lock(mutex_);
    return engine_() % bound;
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;
};

}  // namespace heirloom::testing
