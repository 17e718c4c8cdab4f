#include "storage/remote/circuit_breaker.h"

#include <algorithm>

namespace heirloom {

using std::chrono::milliseconds;

std::optional<CircuitBreaker::Ticket> CircuitBreaker::Admit(Instant now) {
  const std::lock_guard lock(mutex_);
  if (state_ == State::kOpen && now >= rests_until_) Become(State::kHalfOpen, now);
  if (state_ == State::kOpen || probing_) return std::nullopt;
  probing_ = state_ == State::kHalfOpen;
  return stretch_;
}

bool CircuitBreaker::Report(Ticket ticket, Outcome outcome, Instant now) {
  const std::lock_guard lock(mutex_);
  if (ticket != stretch_) return false;
  probing_ = false;
  if (outcome == Outcome::kUnknown) return false;
  if (state_ == State::kHalfOpen) {
    Become(outcome == Outcome::kGood ? State::kClosed : State::kOpen, now);
    return true;
  }
  if (now >= window_ends_) {
    window_ends_ = now + policy_.window;
    requests_ = failed_ = 0;
  }
  const bool bad = outcome == Outcome::kBad;
  in_a_row_ = bad ? in_a_row_ + 1 : 0;
  ++requests_;
  failed_ += bad ? 1 : 0;
  if (!bad || !TooManyFailed()) return false;
  Become(State::kOpen, now);
  return true;
}

bool CircuitBreaker::TooManyFailed() const {
  return in_a_row_ >= policy_.failures_in_a_row ||
         (requests_ >= policy_.least_requests && failed_ >= policy_.failed_part * requests_);
}

void CircuitBreaker::Become(State state, Instant now) {
  state_ = state;
  ++stretch_;
  probing_ = false;
  in_a_row_ = requests_ = failed_ = 0;
  window_ends_ = now + policy_.window;
  if (state == State::kClosed) rest_ = milliseconds(0);
  if (state != State::kOpen) return;
  rest_ = rest_ == milliseconds(0) ? policy_.first_rest : std::min(rest_ * 2, policy_.max_rest);
  rests_until_ = now + rest_;
  ++times_opened_;
}

CircuitBreaker::State CircuitBreaker::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

std::uint64_t CircuitBreaker::times_opened() const {
  const std::lock_guard lock(mutex_);
  return times_opened_;
}

milliseconds CircuitBreaker::RetryIn(Instant now) const {
  const std::lock_guard lock(mutex_);
  // A probe is under way: how it ends is not known, and not when.
  if (probing_) return policy_.first_rest;
  if (state_ != State::kOpen || now >= rests_until_) return milliseconds(0);
  return std::chrono::ceil<milliseconds>(rests_until_ - now);
}

}  // namespace heirloom
