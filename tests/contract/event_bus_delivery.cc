#include <map>
#include <string>
#include <vector>

#include "tests/contract/event_bus_fixture.h"

namespace heirloom::contract {
namespace {

std::vector<BusEvent> BySequence(const std::vector<Delivery>& deliveries) {
  std::vector<BusEvent> events;
  for (const Delivery& delivery : deliveries) events.push_back(delivery.event);
  std::sort(events.begin(), events.end(), [](const BusEvent& a, const BusEvent& b) {
    return a.position.sequence < b.position.sequence;
  });
  return events;
}

}  // namespace

void CheckEventBusDelivery(const OpenBus& open) {
  const auto made = open();
  EventBus& bus = made->Bus();

  SECTION("every consumer gets every event with all that it says") {
    const auto published = made->Publish({
        ChangeOf(1),
        {"t2", "SessionEnded", SubjectOf(2), "", 0},
        {"t1", "LegacyUpdated", SubjectOf(3), SubjectOf(3), 9'007'199'254'740'993},
    });
    REQUIRE(published.size() == 3);
    CHECK(BySequence(Take(bus, "alpha", 3)) == published);
    CHECK(BySequence(Take(bus, "beta", 3)) == published);
  }

  SECTION("two tenants with the same ids do not meet") {
    made->Publish({ChangeOf(1, 4, "t1"), ChangeOf(1, 7, "t2")});
    std::map<std::string, std::int64_t> versions;
    for (const Delivery& delivery : Take(bus, "alpha", 2)) {
      CHECK(delivery.event.event.subject == SubjectOf(1));
      versions[delivery.event.event.tenant_id] = delivery.event.event.version;
    }
    CHECK(versions == std::map<std::string, std::int64_t>{{"t1", 4}, {"t2", 7}});
  }

  SECTION("what was acknowledged is not given again, whoever else still has it") {
    made->Publish({ChangeOf(1), ChangeOf(2)});
    Take(bus, "alpha", 2);
    const auto marker = made->Publish({ChangeOf(3)});
    CHECK(TakeOne(bus, "alpha").event == marker.front());
    CHECK(SequencesOf(Take(bus, "beta", 3)).size() == 3);
  }

  SECTION("acknowledging twice, or out of order, does no harm") {
    made->Publish({ChangeOf(1), ChangeOf(2), ChangeOf(3)});
    const auto all = Take(bus, "alpha", 3, true);
    REQUIRE(bus.Ack("alpha", std::vector{all[2]}));
    REQUIRE(bus.Ack("alpha", std::vector{all[0], all[2]}));
    REQUIRE(bus.Ack("alpha", std::vector{all[1]}));
    REQUIRE(bus.Ack("alpha", all));
    REQUIRE(bus.Ack("alpha", {}));
    const auto marker = made->Publish({ChangeOf(4)});
    CHECK(TakeOne(bus, "alpha").event == marker.front());
  }

  SECTION("an event of an older position that is published again is at least once there") {
    const auto published = made->Publish({ChangeOf(1, 1), ChangeOf(1, 2)});
    REQUIRE(bus.Publish(std::vector{published.front()}));
    std::map<std::int64_t, int> times;
    for (const Delivery& delivery : Take(bus, "alpha", 2)) {
      ++times[delivery.event.position.sequence];
    }
    // What comes now, if anything, is a copy that says the same.
    for (;;) {
      const auto more = bus.Receive("alpha", {.max = 10, .wait = 1s, .lease = 60s, .stop = {}});
      REQUIRE(more);
      if (more->empty()) break;
      for (const Delivery& delivery : *more) ++times[delivery.event.position.sequence];
      REQUIRE(bus.Ack("alpha", *more));
    }
    CHECK(times.size() == 2);
    for (const auto& [sequence, count] : times) {
      CHECK((sequence == published[0].position.sequence ||
             sequence == published[1].position.sequence));
      CHECK(count >= 1);
    }
  }

  SECTION("many events in one go all arrive, and none is given to two at a time") {
    std::vector<Event> events;
    for (int i = 0; i < 250; ++i) events.push_back(ChangeOf(i % 40, i + 1));
    const auto published = made->Publish(events);
    const auto all = Take(bus, "alpha", 250, true, 600s);
    CHECK(BySequence(all) == published);
    REQUIRE(bus.Ack("alpha", all));
    if (made->KeepsOrder()) {
      std::map<std::string, std::int64_t> last;
      for (const Delivery& delivery : all) {
        std::int64_t& version = last[delivery.event.event.subject];
        CHECK(version < delivery.event.event.version);
        version = delivery.event.event.version;
      }
    }
  }

  SECTION("nothing is asked, nothing is given") {
    made->Publish({ChangeOf(1)});
    CHECK(bus.Publish({}));
    CHECK(bus.Receive("alpha", {.max = 0, .stop = {}}).value().empty());
    CHECK(Take(bus, "alpha", 1).size() == 1);
  }
}

}  // namespace heirloom::contract
