#pragma once

#include "appliance/base/result.h"
#include "appliance/operations/data_directory.h"
#include "appliance/wiring/config.h"

namespace heirloom {

// Opens the data directory, made if need be, for a daemon: with its lock. Waits some seconds for a
// command or a daemon that is just ending; kUnavailable, naming who has it, when it does not end.
Result<DataDirectory> OpenLocked(const Config& config);

}  // namespace heirloom
