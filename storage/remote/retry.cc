#include "storage/remote/retry.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>

#include "appliance/base/number.h"

namespace heirloom {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kMaxSeconds = 1'000'000;  // Far above any limit; keeps the sums small.

}  // namespace

std::optional<milliseconds> RetryAfter(const HttpResponse& response, const Clock& clock) {
  const auto header = response.GetHeader("Retry-After");
  if (!header) return std::nullopt;
  std::int64_t seconds = 0;
  if (const auto given = ParseNumber<std::int64_t>(*header)) {
    seconds = *given;
  } else {
    const std::time_t date = curl_getdate(std::string(*header).c_str(), nullptr);
    if (date < 0) return std::nullopt;
    seconds = static_cast<std::int64_t>(date) - clock.Now().micros / 1'000'000;
  }
  return milliseconds(1000 * std::clamp<std::int64_t>(seconds, 0, kMaxSeconds));
}

milliseconds Backoff(int next_try, const RetryPolicy& policy, Random& random) {
  milliseconds whole = policy.first_pause;
  for (int i = 2; i < next_try && whole < policy.max_pause; ++i) whole *= 2;
  whole = std::min(whole, policy.max_pause);
  std::array<std::uint8_t, 2> bytes{};
  random.Fill(bytes);
  const auto fraction = (bytes[0] << 8 | bytes[1]) / 65535.0;
  return milliseconds(
      static_cast<std::int64_t>(static_cast<double>(whole.count()) * (0.5 + fraction / 2)));
}

std::chrono::steady_clock::time_point RealPauses::Now() const {
  return std::chrono::steady_clock::now();
}

void RealPauses::Wait(milliseconds span, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, span, [] { return false; });
}

bool MayPass(const Result<HttpResponse>& answer) {
  if (!answer) return answer.error().code == ErrorCode::kUnavailable;
  return answer->status == 429 || answer->status == 503;
}

bool RetryingSender::PauseBefore(int next_try, const Result<HttpResponse>& answer,
                                 const RetryPolicy& policy, const std::stop_token& stop) const {
  milliseconds pause = Backoff(next_try, policy, random_);
  if (answer) {
    const auto asked = RetryAfter(*answer, clock_);
    if (asked && *asked > policy.max_retry_after) return false;
    // Never sooner than asked; the jitter comes on top, or all would come back in that second.
    if (asked) pause = *asked + pause / 4;
  }
  if (observer_) {
    observer_({next_try, pause,
               answer ? "the server answered " + std::to_string(answer->status)
                      : answer.error().message});
  }
  pauses_.Wait(pause, stop);
  return true;
}

Result<HttpResponse> RetryingSender::Send(const HttpRequest& request,
                                          const RetryPolicy& policy) const {
  Result<HttpResponse> answer = client_.Send(request);
  for (int next = 2; next <= policy.max_tries && MayPass(answer); ++next) {
    if (request.stop.stop_requested() || !PauseBefore(next, answer, policy, request.stop)) break;
    answer = client_.Send(request);
  }
  return answer;
}

}  // namespace heirloom
