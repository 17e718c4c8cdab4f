#pragma once

#include "appliance/http/router.h"
#include "appliance/identity/authenticator.h"
#include "appliance/identity/identity_service.h"

namespace heirloom {

// /api/v1/sessions, /api/v1/tokens and /api/v1/me/password. Both must outlive the router.
void AddAccountRoutes(http::Router& router, IdentityService& identity, const Authenticator& who);

}  // namespace heirloom
