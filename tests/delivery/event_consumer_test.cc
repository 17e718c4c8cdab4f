#include "appliance/delivery/event_consumer.h"

#include <catch2/catch.hpp>
#include <memory>

#include "tests/contract/event_consumer_contract.h"
#include "tests/delivery/outbox_world.h"

namespace heirloom {

TEST_CASE("a consumer does its work on the outbox", "[contract][delivery]") {
  contract::CheckEventConsumer([] { return std::make_unique<testing::OutboxWorld>(); });
}

}  // namespace heirloom
