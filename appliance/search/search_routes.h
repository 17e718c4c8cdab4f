#pragma once

#include "appliance/http/router.h"
#include "appliance/identity/authenticator.h"
#include "appliance/search/search_service.h"

namespace heirloom {

// /api/v1/search and its suggestions. Both must outlive the router.
void AddSearchRoutes(http::Router& router, SearchService& search, const Authenticator& who);

}  // namespace heirloom
