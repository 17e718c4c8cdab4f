#pragma once

#include "appliance/http/router.h"

namespace heirloom {

// /api/v1/openapi.json: the contract this binary was built with, the same for everybody.
void AddContractRoute(http::Router& router);

}  // namespace heirloom
