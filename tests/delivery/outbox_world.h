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

// A database with events in it, and the outbox as a bus.
class OutboxWorld final : public contract::ConsumedBus {
 public:
  explicit OutboxWorld(std::vector<std::string> consumers = {"alpha", "beta"}, bool forever = false)
      : consumers_(std::move(consumers)), forever_(forever) {
    database_ =
        OpenSqliteDatabase({.path = folder_ / "heirloom.db", .clock = clock_, .random = random_})
            .value();
    bus_ = Another();
  }

  EventBus& Bus() override { return *bus_; }
  Database& History() override { return *database_; }
  bool KeepsOrder() const override { return true; }
  void PublishForeign() override {}  // The outbox has no other history than its own.

  // The same outbox, as another process opens it.
  std::unique_ptr<EventBus> Another(bool alone = true) {
    return OpenOutboxBus({.database = *database_,
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
  TempFolder folder_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<EventBus> bus_;
};

}  // namespace heirloom::testing
