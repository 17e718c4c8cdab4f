#pragma once

#include <functional>
#include <string>

#include "appliance/identity/identity_service.h"
#include "appliance/operations/commands.h"

namespace heirloom {

//   "user add"      {email, name, password, admin}  → {id}
//   "token create"  {user, name, scopes}            → {token}
//   "setup url"     {}                              → {url}
// `base_url` is where people reach this installation. `identity` must outlive `commands`.
void AddIdentityCommands(Commands& commands, IdentityService& identity, std::string base_url);

// The link to the first-run page. Its secret stands behind the '#', which browsers do not send, so
// that no access log on the way holds it.
std::string SetupUrl(const std::string& base_url, const std::string& token);

}  // namespace heirloom
