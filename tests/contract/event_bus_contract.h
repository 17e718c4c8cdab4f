#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "storage/event_bus.h"

namespace heirloom::contract {

// A bus of the consumers "alpha" and "beta", new and empty.
class BusUnderTest {
 public:
  virtual ~BusUnderTest() = default;
  virtual EventBus& Bus() = 0;
  // Puts events into an outbox and hands what it made of them to Bus().Publish, as the relay does.
  virtual std::vector<BusEvent> Publish(std::vector<Event> events) = 0;
  // Events of one subject come in the order they were published in, unless one fails.
  virtual bool KeepsOrder() const = 0;
};
using OpenBus = std::function<std::unique_ptr<BusUnderTest>()>;

// What every EventBus promises. To be called alone in a TEST_CASE: its sections run one by one,
// each with the test case from the start.
void CheckEventBus(const OpenBus& open);

// A worker on `stalled` that is not heard of for longer than its lease, while what it works on is
// deleted and `other` sees it, and that then goes on: nothing comes back and nothing is lost. Two
// workers of one bus, or two processes on the same events. The bus is new.
void CheckStalledConsumer(BusUnderTest& made, EventBus& stalled, EventBus& other);

// The parts, in files of their own.
void CheckEventBusDelivery(const OpenBus& open);
void CheckEventBusDeadLetters(const OpenBus& open);

}  // namespace heirloom::contract
