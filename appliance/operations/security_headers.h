#pragma once

#include "appliance/http/server.h"

namespace heirloom {

// What every answer carries, so that a browser does nothing with it that we did not mean: no
// foreign scripts, frames, sniffing or referrers, and nothing kept in a cache unless its route says
// so.
void AddSecurityHeaders(http::Server& server);

}  // namespace heirloom
