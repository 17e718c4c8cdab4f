#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "appliance/base/result.h"
#include "appliance/delivery/dead_letter_service.h"
#include "appliance/delivery/relay.h"
#include "appliance/telemetry/metrics.h"
#include "appliance/wiring/config.h"
#include "appliance/wiring/core.h"
#include "storage/event_bus.h"

namespace heirloom {

// What carries events on from the outbox: nothing more than the outbox itself, or a relay to the
// bus that the configuration names.
class Events {
 public:
  // Adds hooks to the database and writes to it: after all others added theirs, before anybody
  // writes. `core` must outlive it. Hands events on only where the configuration has the role.
  static Result<std::unique_ptr<Events>> Open(const Config& config, Core& core);

  void Start();
  void Stop();  // Idempotent.

  EventBus& bus() { return remote_ ? *remote_ : *outbox_; }
  bool hands_on() const { return remote_ != nullptr; }
  DeadLetterService& dead_letters() { return dead_letters_; }
  const Relay* relay() const { return relay_.get(); }  // Null when nothing is handed on.

  // Takes away some of the old events that nobody needs any more. `needed_after`: what follows it
  // somebody has yet to see.
  Status Sweep(std::int64_t needed_after);
  // Asks the bus how much waits and is dead, for the metrics: a scrape waits for nobody.
  Status Count();

  // What every consumer has yet to acknowledge, and the relay to hand on. Nothing where events are
  // not handed on: what follows the outbox here builds itself again.
  Result<std::vector<EventBus::Count>> Underway();

  // Of the last Count.
  std::vector<EventBus::Count> counted() const;

 private:
  Events(Core& core, std::unique_ptr<EventBus> outbox, std::unique_ptr<EventBus> remote,
         bool relays);

  Core& core_;
  const std::unique_ptr<EventBus> outbox_;
  const std::unique_ptr<EventBus> remote_;  // Null: the outbox is all there is.
  DeadLetterService dead_letters_;
  std::unique_ptr<Relay> relay_;
  mutable std::mutex counted_mutex_;
  std::vector<EventBus::Count> counted_;
};

// heirloom_consumer_* of appliance/docs/metrics.md, where events are handed on, and
// heirloom_relay_* when it is done here.
// `events` must outlive the metrics.
void AddEventMetrics(Metrics& metrics, Events& events);

// Makes what the configured bus needs: topic, queues, subscriptions. Doing it again changes
// nothing; the outbox needs nothing.
Status ProvisionEvents(const Config& config, const Platform& platform);

}  // namespace heirloom
