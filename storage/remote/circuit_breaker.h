#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

namespace heirloom {

struct CircuitPolicy {
  int failures_in_a_row = 5;  // Opens.
  // Opens too: this part of at least so many requests within one window.
  double failed_part = 0.5;
  int least_requests = 20;
  std::chrono::milliseconds window{10'000};
  // How long it stays open the first time; doubled each time its probe fails.
  std::chrono::milliseconds first_rest{1'000};
  std::chrono::milliseconds max_rest{30'000};
};

// Stops asking a dependency that does not answer, so that callers fail at once instead of waiting,
// and it can recover in peace (M. Nygard, "Release It!", 2007).
//
//   closed ──fails too often──► open ──its rest is over──► half open ──the one probe is good──►
//   closed
//                                 ▲                            │
//                                 └────────the probe fails─────┘
//
// Nothing happens by itself: who asks after the rest is the probe. Time is handed in. Thread-safe.
class CircuitBreaker {
 public:
  enum class State { kClosed, kOpen, kHalfOpen };
  enum class Outcome { kGood, kBad, kUnknown };  // kUnknown: the caller stopped; it tells nothing.
  using Instant = std::chrono::steady_clock::time_point;
  using Ticket = std::uint64_t;  // Which stretch between two changes of state a request belongs to.

  explicit CircuitBreaker(CircuitPolicy policy = {}) : policy_(policy) {}

  // Permission to ask once, or nullopt. Each ticket must be reported, whatever happens; what comes
  // back from a stretch that has ended counts no more.
  std::optional<Ticket> Admit(Instant now);
  // Whether this changed the state.
  bool Report(Ticket ticket, Outcome outcome, Instant now);

  State state() const;
  std::uint64_t times_opened() const;
  // How long until a request has a chance; 0 when it has now.
  std::chrono::milliseconds RetryIn(Instant now) const;

 private:
  bool TooManyFailed() const;
  void Become(State state, Instant now);

  const CircuitPolicy policy_;
  mutable std::mutex mutex_;  // Guards all below.
  State state_ = State::kClosed;
  Ticket stretch_ = 0;
  bool probing_ = false;
  int in_a_row_ = 0;
  int requests_ = 0;
  int failed_ = 0;
  Instant window_ends_{};
  std::chrono::milliseconds rest_{0};
  Instant rests_until_{};
  std::uint64_t times_opened_ = 0;
};

}  // namespace heirloom
