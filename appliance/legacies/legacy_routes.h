#pragma once

#include "appliance/http/router.h"
#include "appliance/identity/authenticator.h"
#include "appliance/legacies/legacy_service.h"

namespace heirloom {

// /api/v1/legacies, their members and their record. The arguments must outlive the router.
void AddLegacyRoutes(http::Router& router, LegacyService& legacies, const Authenticator& who);

}  // namespace heirloom
