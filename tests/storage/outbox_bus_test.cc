#include <catch2/catch.hpp>
#include <memory>

#include "tests/contract/event_bus_contract.h"
#include "tests/delivery/outbox_world.h"

namespace heirloom {

TEST_CASE("the outbox itself keeps the EventBus contract", "[contract][bus]") {
  contract::CheckEventBus([] { return std::make_unique<testing::OutboxWorld>(); });
}

}  // namespace heirloom
