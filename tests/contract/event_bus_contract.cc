#include "tests/contract/event_bus_contract.h"

#include <future>
#include <set>
#include <thread>

#include "tests/contract/event_bus_fixture.h"

namespace heirloom::contract {
namespace {

void CheckLeases(const OpenBus& open) {
  const auto made = open();
  EventBus& bus = made->Bus();

  SECTION("what is leased is nobody else's, and comes again when the lease is over") {
    made->Publish({ChangeOf(1)});
    const Delivery first = TakeOne(bus, "alpha", 2s);
    CHECK(first.attempt == 1);
    CHECK(bus.Receive("alpha", {.max = 10, .lease = 60s, .stop = {}}).value().empty());
    const Delivery again = TakeOne(bus, "alpha");
    CHECK(again.event == first.event);
    CHECK(again.attempt == 2);
  }

  SECTION("a lease that was made longer holds as long") {
    made->Publish({ChangeOf(1), ChangeOf(2)});
    const auto both = Take(bus, "alpha", 2, true, 2s);
    REQUIRE(bus.Extend("alpha", std::vector{both[0]}, 600s));
    // The other one comes back; by then this one's first lease is over too.
    const Delivery other = TakeOne(bus, "alpha");
    CHECK(other.event == both[1].event);
    CHECK(bus.Receive("alpha", {.max = 10, .lease = 60s, .stop = {}}).value().empty());
    REQUIRE(bus.Ack("alpha", std::vector{both[0], other}));
  }

  SECTION("who comes too late with an acknowledgement or a failure changes nothing") {
    made->Publish({ChangeOf(1)});
    const Delivery late = TakeOne(bus, "alpha", 1s);
    const Delivery again = TakeOne(bus, "alpha", 600s);
    CHECK(again.attempt == 2);
    const auto failed = bus.Fail("alpha", late, "too late", 0s);
    REQUIRE(failed);
    CHECK(*failed == Fate::kAgain);
    REQUIRE(bus.Ack("alpha", std::vector{again}));
    CHECK(bus.DeadLetters({}).value().empty());
  }
}

void CheckWaiting(const OpenBus& open) {
  const auto made = open();
  EventBus& bus = made->Bus();

  SECTION("who waits is given what is published meanwhile") {
    std::promise<void> waits;
    auto received = std::async(std::launch::async, [&] {
      waits.set_value();
      return bus.Receive("alpha", {.max = 1, .wait = 20s, .lease = 60s, .stop = {}});
    });
    waits.get_future().wait();
    made->Publish({ChangeOf(1)});
    const auto got = received.get();
    REQUIRE(got);
    CHECK(got->size() == 1);
  }

  SECTION("waiting ends when it is called off") {
    std::stop_source source;
    auto received = std::async(std::launch::async, [&, stop = source.get_token()] {
      return bus.Receive("alpha", {.max = 1, .wait = 20s, .lease = 60s, .stop = stop});
    });
    source.request_stop();
    REQUIRE(received.wait_for(15s) == std::future_status::ready);
    const auto got = received.get();
    CHECK((!got || got->empty()));
  }

  SECTION("names that the bus does not have are not there") {
    CHECK(BusCodeOf(bus.Receive("gamma", {})) == ErrorCode::kNotFound);
    CHECK(BusCodeOf(bus.Ack("gamma", {})) == ErrorCode::kNotFound);
    CHECK(BusCodeOf(bus.Extend("", {}, 1s)) == ErrorCode::kNotFound);
    CHECK(BusCodeOf(bus.Fail("al.pha", {}, "", 0s)) == ErrorCode::kNotFound);
  }

  SECTION("workers of one consumer share its events, and all together get each") {
    std::vector<Event> events;
    for (int i = 0; i < 60; ++i) events.push_back(ChangeOf(i));
    made->Publish(events);
    std::mutex mutex;
    std::vector<Delivery> all;
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < 3; ++worker) {
      workers.emplace_back([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
          auto some = bus.Receive("alpha", {.max = 7, .wait = 1s, .lease = 600s, .stop = stop});
          if (!some || !bus.Ack("alpha", *some)) return;
          const std::lock_guard lock(mutex);
          all.insert(all.end(), some->begin(), some->end());
          if (all.size() >= 60) return;
        }
      });
    }
    const auto give_up_at = std::chrono::steady_clock::now() + kBusPatience;
    for (bool done = false; !done && std::chrono::steady_clock::now() < give_up_at;) {
      std::this_thread::yield();
      const std::lock_guard lock(mutex);
      done = all.size() >= 60;
    }
    for (std::jthread& worker : workers) worker.request_stop();
    workers.clear();
    std::set<std::int64_t> seen;
    for (const Delivery& delivery : all) seen.insert(delivery.event.position.sequence);
    CHECK(seen.size() == 60);
  }
}

}  // namespace

void CheckEventBus(const OpenBus& open) {
  SECTION("delivery") { CheckEventBusDelivery(open); }
  SECTION("leases") { CheckLeases(open); }
  SECTION("waiting") { CheckWaiting(open); }
  SECTION("a worker that stalled does not bring back what was deleted meanwhile") {
    const auto made = open();
    CheckStalledConsumer(*made, made->Bus(), made->Bus());
  }
  SECTION("dead letters") { CheckEventBusDeadLetters(open); }
}

}  // namespace heirloom::contract
