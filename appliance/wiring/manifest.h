#pragma once

#include "appliance/operations/health_service.h"
#include "appliance/wiring/config.h"

namespace heirloom {

// What an installation with this configuration is made of.
Manifest MakeManifest(const Config& config);

}  // namespace heirloom
