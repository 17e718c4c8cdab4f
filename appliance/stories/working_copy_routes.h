#pragma once

#include "appliance/http/router.h"
#include "appliance/identity/authenticator.h"
#include "appliance/stories/working_copy_service.h"

namespace heirloom {

// /api/v1/stories/{id}/working-copy. The arguments must outlive the router.
void AddWorkingCopyRoutes(http::Router& router, WorkingCopyService& copies,
                          const Authenticator& who);

}  // namespace heirloom
