#pragma once

#include "appliance/http/router.h"
#include "appliance/identity/authenticator.h"
#include "appliance/stories/bin_service.h"

namespace heirloom {

// /api/v1/bin/stories. The arguments must outlive the router.
void AddBinRoutes(http::Router& router, BinService& bin, const Authenticator& who);

}  // namespace heirloom
