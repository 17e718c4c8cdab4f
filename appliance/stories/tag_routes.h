#pragma once

#include "appliance/http/router.h"
#include "appliance/identity/authenticator.h"
#include "appliance/stories/tag_service.h"

namespace heirloom {

// /api/v1/legacies/{id}/tags. The arguments must outlive the router.
void AddTagRoutes(http::Router& router, TagService& tags, const Authenticator& who);

}  // namespace heirloom
