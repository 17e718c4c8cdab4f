#pragma once

#include <memory>
#include <string>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "storage/database.h"
#include "storage/event_bus.h"

namespace heirloom {

struct OutboxBusOptions {
  Database& database;  // With the schema of storage/migrations.
  const Clock& clock;
  Random& random;
  std::vector<std::string> consumers;
  // Nobody else has this database open, so a lease that somebody left behind is nobody's: after a
  // crash everything goes on at once.
  bool alone = false;
  // Nothing becomes a dead letter and a crash costs no attempt: for who only hands events on.
  bool forever = false;
};

// The EventBus that needs no server: the outbox itself. How far each consumer has come, its leases
// and its dead letters are rows beside it (migration 0003), so events, positions and what failed
// have one backup. Publish has nothing to do: what was committed is there.
//
// In this adapter
//  - one process at a time gives out a consumer's events; another one takes over when its lease is
//    over. All its workers are to use one bus.
//  - with one worker, events come in the order of the outbox, but for one that failed or was not
//    answered: that one comes again later, among newer ones.
//  - a consumer that is new begins with the oldest event that is kept.
//  - an acknowledgement is written down within half a second or 4,096 events, and one that came out
//    of order when those before it were answered: a crash before that brings the event again.
//  - when a process ends with events given out, the first of them pays with an attempt, since it
//    may be the cause: one that ends the process each time becomes a dead letter too.
//
// Adds an OnCommit hook: open it before the first write. `database`, `clock` and `random` must
// outlive it. kInvalidArgument for a name that is none, or twice the same.
Result<std::unique_ptr<EventBus>> OpenOutboxBus(const OutboxBusOptions& options);

}  // namespace heirloom
