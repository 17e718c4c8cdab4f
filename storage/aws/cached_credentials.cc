#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "appliance/base/log.h"
#include "storage/aws/lent_credentials.h"

namespace heirloom::aws {
namespace {

constexpr Time kPatience = Time::FromSeconds(15);  // Between tries while the keys are still good.
constexpr Time kBreath = Time::FromSeconds(2);     // Between tries when they are not.
constexpr Time kTooLate = Time::FromSeconds(10);   // A request needs some time on its way.
constexpr std::chrono::seconds kLongestWait{30};

// Said of keys that were over, or nearly, when they came.
Error Over() {
  return {ErrorCode::kUnavailable,
          "the keys that were lent are over already; look at this machine's clock",
          {},
          2};
}

class Cached final : public CredentialsProvider {
 public:
  Cached(std::unique_ptr<CredentialsSource> source, const Clock& clock, Random& random)
      : source_(std::move(source)), clock_(clock), random_(random) {}

  Result<Credentials> Get() override {
    std::unique_lock lock(mutex_);
    const auto deadline = std::chrono::steady_clock::now() + kLongestWait;
    while (true) {
      const Time now = clock_.Now();
      if (now < next_fetch_) return AtHand(now);
      if (!fetching_) return Fetch(lock);
      if (IsGood(now)) return *keys_;
      if (fetched_.wait_until(lock, deadline) == std::cv_status::timeout) {
        return FailForNow(ErrorCode::kUnavailable, "the keys to sign with are still on their way",
                          5);
      }
    }
  }

  Result<Credentials> Renew(const std::string& refused_token) override {
    {
      const std::lock_guard lock(mutex_);
      // Others may have renewed them meanwhile; and a service that refuses everything must not make
      // us ask for keys without end.
      const bool is_ours = keys_ && keys_->session_token == refused_token;
      if (is_ours && clock_.Now() >= last_fetch_ + kBreath) next_fetch_ = {};
    }
    return Get();
  }

 private:
  bool IsGood(Time now) const {
    return keys_ && (!keys_->expires_at || now + kTooLate < *keys_->expires_at);
  }

  Result<Credentials> AtHand(Time now) const {
    if (IsGood(now)) return *keys_;
    return tl::unexpected<Error>(problem_);
  }

  // Called with the lock, asks without it.
  Result<Credentials> Fetch(std::unique_lock<std::mutex>& lock) {
    fetching_ = true;
    lock.unlock();
    Result<Credentials> keys = source_->Fetch();
    lock.lock();
    fetching_ = false;
    const Time now = clock_.Now();
    last_fetch_ = now;
    if (keys) {
      keys_ = std::move(*keys);
      problem_ = Over();
      next_fetch_ = NextFetch(now);
    } else {
      problem_ = keys.error();
      if (problem_.code == ErrorCode::kUnavailable) {
        problem_.retry_after_seconds = std::max(problem_.retry_after_seconds, 2);
      }
      next_fetch_ = now + (IsGood(now) ? kPatience : kBreath);
      LogWarn("keys to sign with cannot be had", {{"reason", problem_.message}});
    }
    fetched_.notify_all();
    return AtHand(now);
  }

  Time NextFetch(Time now) const {
    if (!keys_->expires_at) return {INT64_MAX};
    const std::int64_t life = std::max<std::int64_t>(0, keys_->expires_at->micros - now.micros);
    std::array<std::uint8_t, 2> bytes{};
    random_.Fill(bytes);
    const std::int64_t part = bytes[0] << 8 | bytes[1];  // Of 65,536.
    const std::int64_t before = std::max(life / 10 + life / 10 * part / 65'536, kTooLate.micros);
    // Keys that are nearly over when they come make nobody ask without end.
    return std::max(Time{keys_->expires_at->micros - before}, now + kBreath);
  }

  const std::unique_ptr<CredentialsSource> source_;
  const Clock& clock_;
  Random& random_;
  std::mutex mutex_;  // Guards what follows.
  std::condition_variable fetched_;
  std::optional<Credentials> keys_;
  Error problem_{ErrorCode::kUnavailable, "the keys to sign with were not fetched yet", {}, 1};
  bool fetching_ = false;
  Time next_fetch_;  // Long ago: at once.
  Time last_fetch_;
};

}  // namespace

std::unique_ptr<CredentialsProvider> MakeCached(std::unique_ptr<CredentialsSource> source,
                                                const Clock& clock, Random& random) {
  return std::make_unique<Cached>(std::move(source), clock, random);
}

}  // namespace heirloom::aws
