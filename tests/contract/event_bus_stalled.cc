#include <map>
#include <string>
#include <vector>

#include "tests/contract/event_bus_fixture.h"

namespace heirloom::contract {
namespace {

// A projection as ours are: of each thing the newest position holds, and what is deleted leaves a
// tombstone.
class Shelf {
 public:
  void Apply(const BusEvent& event) {
    Thing& thing = things_[event.event.subject];
    if (event.position.sequence <= thing.sequence) return;
    thing = {event.position.sequence, event.event.type != "StoryDeleted"};
  }
  bool Has(const std::string& subject) const {
    const auto found = things_.find(subject);
    return found != things_.end() && found->second.there;
  }

 private:
  struct Thing {
    std::int64_t sequence = 0;
    bool there = false;
  };
  std::map<std::string, Thing> things_;
};

Event DeletionOf(int subject, std::int64_t version) {
  Event event = ChangeOf(subject, version);
  event.type = "StoryDeleted";
  return event;
}

// Everything that comes until `count` different events were seen, applied and acknowledged.
void Follow(EventBus& bus, Shelf& shelf, std::size_t count) {
  std::map<std::int64_t, int> seen;
  const auto give_up_at = std::chrono::steady_clock::now() + kBusPatience;
  while (seen.size() < count) {
    REQUIRE(std::chrono::steady_clock::now() < give_up_at);
    const auto some = bus.Receive("alpha", {.max = 10, .wait = 1s, .lease = 600s, .stop = {}});
    REQUIRE(some);
    for (const Delivery& delivery : *some) {
      shelf.Apply(delivery.event);
      ++seen[delivery.event.position.sequence];
    }
    REQUIRE(bus.Ack("alpha", *some));
  }
}

}  // namespace

void CheckStalledConsumer(BusUnderTest& made, EventBus& stalled, EventBus& other) {
  Shelf shelf;
  made.Publish({ChangeOf(1, 1)});
  // It has read the story, and is not heard of for longer than its lease.
  const Delivery late = TakeOne(stalled, "alpha", 1s);
  made.Publish({DeletionOf(1, 2), ChangeOf(2, 1)});
  Follow(other, shelf, 3);
  REQUIRE_FALSE(shelf.Has(SubjectOf(1)));

  // It goes on as if nothing had been.
  shelf.Apply(late.event);
  CHECK_FALSE(shelf.Has(SubjectOf(1)));
  CHECK(shelf.Has(SubjectOf(2)));
  REQUIRE(stalled.Extend("alpha", std::vector{late}, 600s));
  const auto failed = stalled.Fail("alpha", late, "too late", 0s);
  REQUIRE(failed);
  CHECK(*failed == Fate::kAgain);
  REQUIRE(stalled.Ack("alpha", std::vector{late}));

  // Nothing is given again because of it, and nothing is lost.
  for (EventBus* bus : {&stalled, &other}) {
    CHECK(bus->Receive("alpha", {.max = 10, .wait = 1s, .lease = 60s, .stop = {}}).value().empty());
  }
  CHECK(other.DeadLetters({}).value().empty());
  made.Publish({ChangeOf(1, 3)});
  Follow(other, shelf, 1);
  CHECK(shelf.Has(SubjectOf(1)));
}

}  // namespace heirloom::contract
