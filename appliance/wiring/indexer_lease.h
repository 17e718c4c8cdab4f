#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "appliance/base/result.h"
#include "appliance/wiring/config.h"
#include "appliance/wiring/core.h"
#include "storage/outbox/leadership.h"

namespace heirloom {

// The lease under which projections that several processes reach are made to follow. Not started.
// `core` must outlive it. `position`: as of LeadershipOptions.
std::unique_ptr<Leadership> MakeIndexerLease(const Config& config, Core& core,
                                             std::function<std::int64_t()> position);

// The same, taken for a command. Waits for one that nobody renews any more; kConflict, with who has
// it, when somebody does.
Result<std::unique_ptr<Leadership>> TakeIndexerLease(const Config& config, Core& core);

}  // namespace heirloom
