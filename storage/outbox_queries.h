// What adapters of Database share: the portable SQL about the outbox and its head.

#pragma once

#include <cstdint>
#include <vector>

#include "appliance/base/result.h"
#include "storage/database.h"

namespace heirloom {

// As Database::EventsAfter, by a Read of `database`.
Result<std::vector<StoredEvent>> ReadEventsAfter(Database& database, std::int64_t sequence,
                                                 int limit);

// As Database::Ping, by a Read and a Write that changes a row to what it is.
Status ReadAndTouch(Database& database);

}  // namespace heirloom
