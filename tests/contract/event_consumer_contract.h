#pragma once

#include "storage/database.h"
#include "tests/contract/event_bus_contract.h"

namespace heirloom::contract {

// That EventConsumer does on this bus what it does on every other. `database` has the history of
// what the bus under test publishes. Call it alone in a TEST_CASE.
class ConsumedBus : public BusUnderTest {
 public:
  virtual Database& History() = 0;
  // Puts an event of another history on the bus, where there can be one.
  virtual void PublishForeign() = 0;
};
using OpenConsumedBus = std::function<std::unique_ptr<ConsumedBus>()>;

void CheckEventConsumer(const OpenConsumedBus& open);

}  // namespace heirloom::contract
