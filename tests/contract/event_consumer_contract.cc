#include "tests/contract/event_consumer_contract.h"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

#include "appliance/delivery/event_consumer.h"
#include "tests/contract/event_bus_fixture.h"

namespace heirloom::contract {
namespace {

EventConsumerOptions Quick() {
  EventConsumerOptions options;
  options.name = "alpha";
  options.first_pause = 10ms;
  options.longest_pause = 50ms;
  options.lease = 3s;
  options.retry_after.fill(0s);
  return options;
}

// What a handler saw, and how to wait for it.
class Seen {
 public:
  void Add(const BusEvent& event) {
    {
      const std::lock_guard lock(mutex_);
      ++times_[event.event.version];
    }
    changed_.notify_all();
  }
  int Times(std::int64_t version) {
    const std::lock_guard lock(mutex_);
    return times_[version];
  }
  void Await(std::int64_t version, int times = 1) {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, kBusPatience, [&] { return times_[version] >= times; }));
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::int64_t, int> times_;
};

}  // namespace

void CheckEventConsumer(const OpenConsumedBus& open) {
  const auto made = open();
  EventBus& bus = made->Bus();
  Seen seen;

  SECTION("every event is handled, and done with") {
    EventConsumer consumer(made->History(), bus, Quick(), [&](const BusEvent& event, const auto&) {
      seen.Add(event);
      return Status();
    });
    consumer.Start();
    std::vector<Event> events;
    for (int i = 1; i <= 30; ++i) events.push_back(ChangeOf(i, i));
    made->Publish(events);
    for (int i = 1; i <= 30; ++i) seen.Await(i);
    consumer.Stop();
    CHECK(consumer.State().waits_for.empty());
    CHECK(consumer.State().handled >= 30);
    CHECK(bus.DeadLetters({}).value().empty());
  }

  SECTION("what is not there costs no attempt: the event waits for it") {
    std::atomic<int> tries{0};
    EventConsumer consumer(made->History(), bus, Quick(),
                           [&](const BusEvent& event, const auto&) -> Status {
                             if (++tries < 20) return Fail(ErrorCode::kUnavailable, "away");
                             seen.Add(event);
                             return {};
                           });
    made->Publish({ChangeOf(1, 1)});
    consumer.Start();
    seen.Await(1);
    consumer.Stop();
    CHECK(tries == 20);
    CHECK(consumer.State().failed == 0);
    CHECK(bus.DeadLetters({}).value().empty());
  }

  SECTION("an event that fails five times is a dead letter with its reason, the others go on") {
    EventConsumer consumer(made->History(), bus, Quick(),
                           [&](const BusEvent& event, const auto&) -> Status {
                             seen.Add(event);
                             if (event.event.version == 13) {
                               return Fail(ErrorCode::kInternal, "thirteen is not done");
                             }
                             return {};
                           });
    consumer.Start();
    made->Publish({ChangeOf(1, 12), ChangeOf(1, 13), ChangeOf(1, 14)});
    seen.Await(13, kMaxAttempts);
    seen.Await(12);
    seen.Await(14);
    const auto letters = LettersOnceThere(bus, 1);
    CHECK(letters[0].reason == "thirteen is not done");
    CHECK(letters[0].event.event.version == 13);
    // It is redriven while the consumer runs, and fails again as often.
    REQUIRE(bus.Redrive(letters[0].id, std::nullopt));
    seen.Await(13, 2 * kMaxAttempts);
    consumer.Stop();
    CHECK(consumer.State().failed >= 2 * kMaxAttempts);
  }

  SECTION("an exception of a handler is a failure like any other") {
    EventConsumer consumer(made->History(), bus, Quick(),
                           [&](const BusEvent& event, const auto&) -> Status {
                             seen.Add(event);
                             throw std::runtime_error("a bug");
                           });
    consumer.Start();
    made->Publish({ChangeOf(1, 1)});
    seen.Await(1, kMaxAttempts);
    CHECK(LettersOnceThere(bus, 1)[0].reason.find("a bug") != std::string::npos);
    consumer.Stop();
  }

  SECTION("a handler that takes longer than its lease keeps the event") {
    std::mutex mutex;
    std::condition_variable_any release;
    EventConsumer consumer(made->History(), bus, Quick(),
                           [&](const BusEvent& event, const std::stop_token& stop) -> Status {
                             seen.Add(event);
                             std::unique_lock lock(mutex);
                             release.wait_for(lock, stop, kBusPatience, [] { return false; });
                             return {};
                           });
    consumer.Start();
    made->Publish({ChangeOf(1, 1), ChangeOf(2, 2)});
    seen.Await(1);
    // By then the first lease would be over.
    const auto other = bus.Receive("alpha", {.max = 1, .wait = 5s, .lease = 60s, .stop = {}});
    REQUIRE(other);
    for (const Delivery& delivery : *other) CHECK(delivery.event.event.version != 1);
    consumer.Stop();
    CHECK(seen.Times(1) == 1);
  }

  SECTION("an event of another history is passed without a look") {
    made->PublishForeign();
    made->Publish({ChangeOf(1, 1)});
    EventConsumer consumer(made->History(), bus, Quick(), [&](const BusEvent& event, const auto&) {
      CHECK(event.event.version == 1);
      seen.Add(event);
      return Status();
    });
    consumer.Start();
    seen.Await(1);
    made->Publish({ChangeOf(1, 1)});
    seen.Await(1, 2);
    consumer.Stop();
    CHECK(bus.DeadLetters({}).value().empty());
  }

  SECTION("who stops does not lose what it had not begun") {
    made->Publish({ChangeOf(1, 1), ChangeOf(2, 2), ChangeOf(3, 3)});
    {
      std::mutex mutex;
      std::condition_variable_any release;
      EventConsumer consumer(made->History(), bus, Quick(),
                             [&](const BusEvent& event, const std::stop_token& stop) -> Status {
                               std::unique_lock lock(mutex);
                               seen.Add(event);
                               release.wait_for(lock, stop, kBusPatience, [] { return false; });
                               return {};
                             });
      consumer.Start();
      const auto give_up_at = std::chrono::steady_clock::now() + kBusPatience;
      while (seen.Times(1) + seen.Times(2) + seen.Times(3) == 0 &&
             std::chrono::steady_clock::now() < give_up_at) {
        std::this_thread::yield();
      }
      consumer.Stop();
    }
    EventConsumer next(made->History(), bus, Quick(), [&](const BusEvent& event, const auto&) {
      seen.Add(event);
      return Status();
    });
    next.Start();
    for (int version = 1; version <= 3; ++version) seen.Await(version);
    next.Stop();
  }
}

}  // namespace heirloom::contract
