#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/outbox/outbox_bus.h"
#include "storage/sqlite/sqlite_database.h"
#include "tests/contract/event_consumer_contract.h"
#include "tests/support/temp_folder.h"

namespace heirloom::testing {

// A database with events in it, and its outbox as a bus. `alone`: nobody else has it open.
class OutboxOn : public contract::ConsumedBus {
 public:
  OutboxOn(std::unique_ptr<Database> database, std::vector<std::string> consumers, bool forever,
           bool alone)
      : consumers_(std::move(consumers)), forever_(forever), database_(std::move(database)) {
    bus_ = Another(alone);
  }

  EventBus& Bus() override { return *bus_; }
  Database& History() override { return *database_; }
  bool KeepsOrder() const override { return true; }
  void PublishForeign() override {}  // The outbox has no other history than its own.

  // The same outbox, as another process opens it.
  std::unique_ptr<EventBus> Another(bool alone = true) { return Another(*database_, alone); }
  std::unique_ptr<EventBus> Another(Database& database, bool alone) {
    return OpenOutboxBus({.database = database,
                          .clock = clock_,
                          .random = random_,
                          .consumers = consumers_,
                          .alone = alone,
                          .forever = forever_})
        .value();
  }

  std::vector<BusEvent> Publish(std::vector<Event> events) override {
    const auto written = database_->Write([&](Transaction& tx) -> Status {
      for (const Event& event : events) tx.Append(event);
      return {};
    });
    REQUIRE(written);
    const auto count = static_cast<std::int64_t>(events.size());
    const auto stored = database_->EventsAfter(written->sequence - count, 10'000).value();
    std::vector<BusEvent> published;
    for (const StoredEvent& event : stored) {
      published.push_back({{written->epoch, event.sequence}, event.event, event.created_at});
    }
    REQUIRE(bus_->Publish(published));
    return published;
  }

 private:
  const std::vector<std::string> consumers_;
  const bool forever_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<EventBus> bus_;
};

// What a database in a file needs, there before it and after it.
struct OutboxFolder {
  std::unique_ptr<Database> Open() {
    return OpenSqliteDatabase({.path = folder / "heirloom.db", .clock = clock, .random = random})
        .value();
  }
  TempFolder folder;
  SystemClock clock;
  SystemRandom random;
};

// One in SQLite.
class OutboxWorld final : private OutboxFolder, public OutboxOn {
 public:
  explicit OutboxWorld(std::vector<std::string> consumers = {"alpha", "beta"}, bool forever = false)
      : OutboxOn(OutboxFolder::Open(), std::move(consumers), forever, true) {}
};

}  // namespace heirloom::testing
