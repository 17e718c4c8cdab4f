#pragma once

#include "appliance/http/router.h"
#include "appliance/identity/authenticator.h"
#include "appliance/search/search_service.h"
#include "appliance/search/semantic_search_service.h"

namespace heirloom {

// /api/v1/search and its suggestions. All must outlive the router.
void AddSearchRoutes(http::Router& router, SearchService& search, SemanticSearchService& semantic,
                     const Authenticator& who);

}  // namespace heirloom
