#pragma once

#include "appliance/base/json.h"
#include "storage/event_bus.h"

namespace heirloom {

// {id, consumer, type, subject, legacy_id, version, position, happened_at, attempts, reason,
// failed_at}
void WriteDeadLetter(JsonWriter& json, const DeadLetter& letter);

}  // namespace heirloom
