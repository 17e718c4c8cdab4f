#include "appliance/delivery/event_consumer.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "appliance/base/log.h"
#include "appliance/base/thread_name.h"

namespace heirloom {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kReceiveWait{10};
// What was taken and not begun is somebody else's soon.
constexpr std::chrono::seconds kSoon{1};

}  // namespace

EventConsumer::EventConsumer(Database& database, EventBus& bus, EventConsumerOptions options,
                             EventHandler handler)
    : database_(database), bus_(bus), options_(std::move(options)), handler_(std::move(handler)) {}

EventConsumer::~EventConsumer() { Stop(); }

void EventConsumer::Start() {
  keeper_ = std::jthread([this](const std::stop_token& stop) { KeepLeases(stop); });
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void EventConsumer::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  keeper_.request_stop();
  if (keeper_.joinable()) keeper_.join();
}

EventConsumerState EventConsumer::State() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void EventConsumer::WaitsFor(const std::string& what) {
  std::string before;
  {
    const std::lock_guard lock(mutex_);
    before = std::exchange(state_.waits_for, what);
  }
  if (before.empty() && !what.empty()) {
    LogWarn("a consumer of events waits", {{"consumer", options_.name}, {"for", what}});
  }
}

bool EventConsumer::Pause(milliseconds span, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, stop, span, [] { return false; });
  return !stop.stop_requested();
}

void EventConsumer::Run(const std::stop_token& stop) {
  NameThisThread(("events-" + options_.name).c_str());
  milliseconds pause = options_.first_pause;
  while (!stop.stop_requested()) {
    auto received = bus_.Receive(
        options_.name,
        {.max = options_.at_once, .wait = kReceiveWait, .lease = options_.lease, .stop = stop});
    const Status done = received ? WorkOff(std::move(*received), stop) : Status(ErrorOf(received));
    if (stop.stop_requested()) return;
    WaitsFor(done ? "" : done.error().message);
    if (done) {
      pause = options_.first_pause;
    } else {
      Pause(pause, stop);
      pause = std::min(pause * 2, options_.longest_pause);
    }
  }
}

Status EventConsumer::WorkOff(std::vector<Delivery> deliveries, const std::stop_token& stop) {
  if (deliveries.empty()) return {};
  {
    const std::lock_guard lock(mutex_);
    in_hand_ = deliveries;
  }
  std::vector<Delivery> done;
  Status trouble;
  std::size_t next = 0;
  const auto epoch = Epoch(stop);
  if (!epoch) trouble = ErrorOf(epoch);
  for (; next < deliveries.size() && trouble && !stop.stop_requested(); ++next) {
    const Delivery& delivery = deliveries[next];
    const bool ours = delivery.event.position.epoch == *epoch;
    const Status handled = ours ? Handle(delivery, stop) : Status();
    if (!handled && handled.error().code == ErrorCode::kUnavailable) break;  // Called off.
    if (handled) {
      done.push_back(delivery);
      const std::lock_guard lock(mutex_);
      ++(ours ? state_.handled : state_.foreign);
    } else {
      trouble = Give(delivery, handled.error());
    }
  }
  const Status acknowledged = bus_.Ack(options_.name, done);
  if (trouble && !acknowledged) trouble = acknowledged;
  if (next < deliveries.size()) {
    deliveries.erase(deliveries.begin(), deliveries.begin() + static_cast<std::ptrdiff_t>(next));
    const Status back = bus_.Extend(options_.name, deliveries, kSoon);
    if (trouble && !back) trouble = back;
  }
  const std::lock_guard lock(mutex_);
  in_hand_.clear();
  return trouble;
}

// The history that this database tells now. It changes under our feet only while the bus still
// gives out the old one's events.
Result<std::string> EventConsumer::Epoch(const std::stop_token& stop) {
  milliseconds pause = options_.first_pause;
  for (;;) {
    auto head = ReadOne(database_, [](Reader& reader) { return reader.Head(); });
    if (head) return std::move(head->epoch);
    if (head.error().code != ErrorCode::kUnavailable) return ErrorOf(head);
    WaitsFor(head.error().message);
    if (!Pause(pause, stop)) return ErrorOf(head);
    pause = std::min(pause * 2, options_.longest_pause);
  }
}

// kUnavailable: called off while it waited for something.
Status EventConsumer::Handle(const Delivery& delivery, const std::stop_token& stop) {
  milliseconds pause = options_.first_pause;
  for (;;) {
    Status handled;
    try {
      handled = handler_(delivery.event, stop);
    } catch (const std::exception& thrown) {
      handled =
          Fail(ErrorCode::kInternal, std::string("an exception left a handler: ") + thrown.what());
    }
    if (handled) WaitsFor("");
    if (handled || handled.error().code != ErrorCode::kUnavailable) return handled;
    WaitsFor(handled.error().message);
    if (!Pause(pause, stop)) return handled;
    pause = std::min(pause * 2, options_.longest_pause);
  }
}

Status EventConsumer::Give(const Delivery& failed, const Error& error) {
  const auto index = static_cast<std::size_t>(std::clamp(failed.attempt, 1, kMaxAttempts - 1) - 1);
  const auto fate = bus_.Fail(options_.name, failed, error.message, options_.retry_after[index]);
  if (!fate) return ErrorOf(fate);
  const bool dead = *fate == Fate::kDeadLetter;
  LogWarn(dead ? "an event became a dead letter" : "an event failed",
          {{"consumer", options_.name},
           {"event", ToString(failed.event.position)},
           {"type", failed.event.event.type},
           {"attempt", std::to_string(failed.attempt)},
           {"reason", FailureReason(error.message)}});
  const std::lock_guard lock(mutex_);
  ++state_.failed;
  if (dead) ++state_.dead;
  return {};
}

void EventConsumer::KeepLeases(const std::stop_token& stop) {
  NameThisThread("event-leases");
  const milliseconds tick = options_.lease / 3;
  while (Pause(tick, stop)) {
    std::vector<Delivery> in_hand;
    {
      const std::lock_guard lock(mutex_);
      in_hand = in_hand_;
    }
    if (in_hand.empty()) continue;
    const Status kept = bus_.Extend(options_.name, in_hand, options_.lease);
    if (!kept) {  // Then they come twice, which is ordinary.
      LogWarn("leases of events were not kept up",
              {{"consumer", options_.name}, {"reason", kept.error().message}});
    }
  }
}

}  // namespace heirloom
