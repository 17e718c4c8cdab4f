#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "storage/remote/http_client.h"

namespace heirloom {

struct RetryPolicy {
  int max_tries = 5;
  // Before the second try; doubled before each later one, up to max_pause. What is waited is drawn
  // from the upper half, so that clients that failed together do not come back together.
  std::chrono::milliseconds first_pause{1'000};
  std::chrono::milliseconds max_pause{8'000};
  std::chrono::milliseconds max_retry_after{30'000};  // A server that asks for more gets no retry.
};

// Time as it passes, and waiting between tries. Injected, so that tests do not wait. Thread-safe.
class Pauses {
 public:
  virtual ~Pauses() = default;
  virtual std::chrono::steady_clock::time_point Now() const = 0;
  // Ends early when `stop` asks for it.
  virtual void Wait(std::chrono::milliseconds span, const std::stop_token& stop) = 0;
};

class RealPauses final : public Pauses {
 public:
  std::chrono::steady_clock::time_point Now() const override;
  void Wait(std::chrono::milliseconds span, const std::stop_token& stop) override;
};

// How long the server asks to be left alone, in seconds or until a date (RFC 9110 section 10.2.3);
// nullopt when it does not say, or not understandably.
std::optional<std::chrono::milliseconds> RetryAfter(const HttpResponse& answer, const Clock& clock);

// The pause before try `next_try` (from 2), drawn from the upper half of what the policy says.
std::chrono::milliseconds Backoff(int next_try, const RetryPolicy& policy, Random& random);

// Whether trying again may help: no answer at all (kUnavailable), 429 or 503.
bool MayPass(const Result<HttpResponse>& answer);

// Sends until something comes back that trying again will not mend; then, or after the last try,
// gives what came last. Honours Retry-After, in seconds or as a date (RFC 9110 section 10.2.3). For
// requests that may arrive twice only. As thread-safe as what it is given.
class RetryingSender {
 public:
  struct Retry {
    int next_try = 0;  // From 2.
    std::chrono::milliseconds pause{0};
    std::string reason;
  };

  RetryingSender(HttpClient& client, Pauses& pauses, const Clock& clock, Random& random)
      : client_(client), pauses_(pauses), clock_(clock), random_(random) {}

  // Told of each retry before its pause. Set before use.
  void OnRetry(std::function<void(const Retry&)> observer) { observer_ = std::move(observer); }

  Result<HttpResponse> Send(const HttpRequest& request, const RetryPolicy& policy) const;

  // Waits as before try `next_try`, for callers that repeat more than one request. False when the
  // server asked for longer than the policy allows.
  bool PauseBefore(int next_try, const Result<HttpResponse>& answer, const RetryPolicy& policy,
                   const std::stop_token& stop = {}) const;

 private:
  HttpClient& client_;
  Pauses& pauses_;
  const Clock& clock_;
  Random& random_;
  std::function<void(const Retry&)> observer_;
};

}  // namespace heirloom
