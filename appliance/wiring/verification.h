#pragma once

#include <cstdint>
#include <functional>

#include "appliance/base/json.h"
#include "appliance/base/progress.h"
#include "appliance/base/result.h"
#include "appliance/domain/finding.h"

namespace heirloom {

// {"verify":bool}, all of it optional: what every rebuild takes.
Result<bool> ReadVerify(const Json& args);

// Compares a projection with the truth; gives how many items are in it.
using Comparison = std::function<Result<std::int64_t>(Findings& findings, Progress& progress)>;

// Members "items" and "differences" of an object that is open; what differs is told in the log.
Status WriteComparison(JsonWriter& json, const Comparison& compare, Progress& progress);

}  // namespace heirloom
