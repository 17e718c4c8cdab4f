#pragma once

#include "appliance/delivery/dead_letter_service.h"
#include "appliance/http/router.h"
#include "appliance/identity/authenticator.h"

namespace heirloom {

// GET /api/v1/dead-letters, POST /api/v1/dead-letters/{id}/redrive. What is passed must outlive the
// router.
void AddDeadLetterRoutes(http::Router& router, DeadLetterService& letters,
                         const Authenticator& who);

}  // namespace heirloom
