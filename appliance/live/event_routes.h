#pragma once

#include "appliance/http/router.h"
#include "appliance/identity/authenticator.h"
#include "appliance/live/live_service.h"

namespace heirloom {

// GET /api/v1/events. The arguments must outlive the router.
void AddEventRoutes(http::Router& router, LiveService& live, const Authenticator& who);

}  // namespace heirloom
