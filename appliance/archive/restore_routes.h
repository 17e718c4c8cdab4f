#pragma once

#include "appliance/archive/restore_service.h"
#include "appliance/http/router.h"
#include "appliance/identity/authenticator.h"

namespace heirloom {

// POST /api/v1/imports/archive/legacies and /api/v1/legacies/{id}/imports/archive. Both must
// outlive the router.
void AddRestoreRoutes(http::Router& router, RestoreService& restores, const Authenticator& who);

}  // namespace heirloom
