#pragma once

#include "appliance/http/router.h"
#include "appliance/identity/authenticator.h"
#include "appliance/identity/identity_service.h"

namespace heirloom {

// /api/v1/setup, /api/v1/session and /api/v1/me. Both must outlive the router.
void AddIdentityRoutes(http::Router& router, IdentityService& identity, const Authenticator& who);

}  // namespace heirloom
