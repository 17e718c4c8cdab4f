#pragma once

#include "appliance/audit/audit_service.h"
#include "appliance/http/router.h"
#include "appliance/identity/authenticator.h"

namespace heirloom {

// GET /api/v1/audit. The arguments must outlive the router.
void AddAuditRoutes(http::Router& router, AuditService& audit, const Authenticator& who);

}  // namespace heirloom
