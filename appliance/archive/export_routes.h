#pragma once

#include "appliance/archive/export_service.h"
#include "appliance/http/router.h"
#include "appliance/identity/authenticator.h"

namespace heirloom {

// GET /api/v1/legacies/{id}/export and /api/v1/export. Both must outlive the router.
void AddExportRoutes(http::Router& router, ExportService& exports, const Authenticator& who);

}  // namespace heirloom
