#include "appliance/delivery/relay.h"

#include <algorithm>
#include <condition_variable>

#include "appliance/base/log.h"
#include "appliance/base/thread_name.h"

namespace heirloom {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kAtOnce = 100;
constexpr std::chrono::seconds kWait{10};
// Longer than one publishing with all its tries: whoever takes over after a crash waits as long.
constexpr std::chrono::seconds kLease{40};
constexpr milliseconds kFirstPause{250};
constexpr milliseconds kLongestPause{10'000};

}  // namespace

Relay::~Relay() { Stop(); }

void Relay::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void Relay::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

RelayState Relay::State() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

std::int64_t Relay::Backlog() const {
  const auto counts = outbox_.Counts();
  if (!counts) return -1;
  for (const EventBus::Count& count : *counts) {
    if (count.consumer == kConsumer) return count.waiting;
  }
  return -1;
}

bool Relay::Pause(milliseconds span, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, span, [] { return false; });
  return !stop.stop_requested();
}

void Relay::Note(const Status& done, std::uint64_t published) {
  bool news = false;
  {
    const std::lock_guard lock(mutex_);
    state_.published += published;
    if (!done) ++state_.failures;
    news = !done && state_.failure.empty();
    state_.failure = done ? "" : done.error().message;
  }
  if (news) LogWarn("events are not handed on for now", {{"reason", done.error().message}});
}

void Relay::Run(const std::stop_token& stop) {
  NameThisThread("relay");
  milliseconds pause = kFirstPause;
  while (!stop.stop_requested()) {
    const auto received =
        outbox_.Receive(kConsumer, {.max = kAtOnce, .wait = kWait, .lease = kLease, .stop = stop});
    if (stop.stop_requested()) return;
    if (!received) {
      Note(ErrorOf(received), 0);
      Pause(pause, stop);
      pause = std::min(pause * 2, kLongestPause);
      continue;
    }
    pause = kFirstPause;
    if (received->empty()) continue;
    if (const Status done = HandOn(*received, stop); !done) Note(done, 0);
  }
}

// Until the other bus has them, or it is called off: then they come again.
Status Relay::HandOn(const std::vector<Delivery>& deliveries, const std::stop_token& stop) {
  std::vector<BusEvent> events;
  for (const Delivery& delivery : deliveries) events.push_back(delivery.event);
  milliseconds pause = kFirstPause;
  for (;;) {
    const Status published = to_.Publish(events);
    if (published) break;
    Note(published, 0);
    if (!Pause(pause, stop)) return {};
    pause = std::min(pause * 2, kLongestPause);
    if (Status s = outbox_.Extend(kConsumer, deliveries, kLease); !s) return s;
  }
  Note({}, events.size());
  return outbox_.Ack(kConsumer, deliveries);
}

}  // namespace heirloom
