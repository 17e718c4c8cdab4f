#pragma once

#include <cstdint>

#include "appliance/base/clock.h"
#include "appliance/base/result.h"
#include "appliance/domain/finding.h"
#include "storage/database.h"

namespace heirloom {

// What the rows that no feature owns say of themselves. Each on a snapshot of its own.

// That the outbox has no gap, which would hide a change from every projection; and that the clock
// is not behind what was written. Gives the number of events looked at.
Result<std::int64_t> CheckOutbox(Database& database, const Clock& clock, Findings& findings);

// That the audit trail is what was written.
Status CheckAudit(Database& database, Findings& findings);

}  // namespace heirloom
