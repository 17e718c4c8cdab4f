// What adapters of Database share: the boundary to functions that are not theirs.

#pragma once

#include <functional>

#include "appliance/base/result.h"

namespace heirloom {

// Runs the caller's function; what it throws is a bug and becomes kInternal.
Status CallGuarded(const std::function<Status()>& call);

}  // namespace heirloom
