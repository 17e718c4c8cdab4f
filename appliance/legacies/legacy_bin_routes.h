#pragma once

#include "appliance/http/router.h"
#include "appliance/identity/authenticator.h"
#include "appliance/legacies/legacy_bin_service.h"

namespace heirloom {

// /api/v1/bin/legacies. The arguments must outlive the router.
void AddLegacyBinRoutes(http::Router& router, LegacyBinService& bin, const Authenticator& who);

}  // namespace heirloom
