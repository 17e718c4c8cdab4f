#include "storage/outbox/outbox_bus.h"

#include <catch2/catch.hpp>
#include <memory>
#include <utility>

#include "storage/sqlite/sqlite_database.h"
#include "tests/contract/event_bus_contract.h"
#include "tests/contract/event_bus_fixture.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

class OutboxUnderTest final : public contract::BusUnderTest {
 public:
  OutboxUnderTest() {
    database_ =
        OpenSqliteDatabase({.path = folder_ / "heirloom.db", .clock = clock_, .random = random_})
            .value();
    bus_ = OpenOutboxBus({.database = *database_,
                          .clock = clock_,
                          .random = random_,
                          .consumers = {"alpha", "beta"},
                          .alone = true})
               .value();
  }

  EventBus& Bus() override { return *bus_; }
  bool KeepsOrder() const override { return true; }

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
  testing::TempFolder folder_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<EventBus> bus_;
};

}  // namespace

TEST_CASE("the outbox itself keeps the EventBus contract", "[contract][bus]") {
  contract::CheckEventBus([] { return std::make_unique<OutboxUnderTest>(); });
}

}  // namespace heirloom
