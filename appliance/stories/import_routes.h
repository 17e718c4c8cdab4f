#pragma once

#include "appliance/http/router.h"
#include "appliance/identity/authenticator.h"
#include "appliance/stories/import_service.h"

namespace heirloom {

// /api/v1/legacies/{id}/imports/stories. Both must outlive the router.
void AddImportRoutes(http::Router& router, ImportService& imports, const Authenticator& who);

}  // namespace heirloom
