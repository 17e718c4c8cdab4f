#include "appliance/live/reception.h"

#include <algorithm>
#include <utility>

namespace heirloom {
namespace {

constexpr int kComeBackInSeconds = 30;

}  // namespace

Result<std::uint64_t> Reception::Reserve(const Principal& who) {
  const std::string person = who.tenant_id + "/" + who.user_id;
  const std::lock_guard lock(mutex_);
  if (places_.size() >= limits_.total) {
    return FailForNow(ErrorCode::kUnavailable, "too many event streams", kComeBackInSeconds);
  }
  std::size_t& theirs = places_of_[person];
  if (theirs >= limits_.per_person) {
    return FailForNow(ErrorCode::kUnavailable, "too many event streams of one person",
                      kComeBackInSeconds);
  }
  ++theirs;
  places_.emplace(next_, person);
  return next_++;
}

void Reception::Join(std::unique_ptr<Subscriber> subscriber) {
  const std::shared_ptr<http::EventStream> stream = subscriber->stream;
  bool too_late = false;
  {
    const std::lock_guard lock(mutex_);
    too_late = closed_;
    if (!too_late) work_.joins.push_back(std::move(subscriber));
  }
  too_late ? stream->Close() : changed_.notify_one();
}

void Reception::Close() {
  Work left;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    left = std::exchange(work_, {});
  }
  // Without the lock: a stream that closes says so to Leave.
  for (const auto& subscriber : left.joins) subscriber->stream->Close();
}

void Reception::Leave(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  const auto place = places_.find(number);
  if (place == places_.end()) return;
  const auto theirs = places_of_.find(place->second);
  if (--theirs->second == 0) places_of_.erase(theirs);
  places_.erase(place);
  work_.leaves.push_back(number);  // Not urgent: what is sent there goes nowhere.
}

void Reception::Commit(std::int64_t head) {
  {
    const std::lock_guard lock(mutex_);
    head_ = std::max(head_, head);
    if (!listening_) return;
  }
  changed_.notify_one();
}

Reception::Work Reception::Await(const std::stop_token& stop, std::chrono::milliseconds longest,
                                 bool listening, std::int64_t position) {
  std::unique_lock lock(mutex_);
  listening_ = listening;
  changed_.wait_for(lock, stop, longest,
                    [&] { return !work_.joins.empty() || (listening && head_ > position); });
  return std::exchange(work_, {});
}

std::size_t Reception::count() const {
  const std::lock_guard lock(mutex_);
  return places_.size();
}

std::int64_t Reception::head() const {
  const std::lock_guard lock(mutex_);
  return head_;
}

}  // namespace heirloom
