#pragma once

#include <functional>
#include <string>

#include "appliance/identity/identity_service.h"
#include "appliance/operations/commands.h"

namespace heirloom {

//   "user add"      {email, name, password, admin}  → {id}
//   "user list"     {after}                         → {items: [{id, email, name, role, created_at,
//                                                     disabled_at}], next}: `next` is the next
//                                                     `after`, empty on the last page
//   "user passwd"   {email, password}               → {}
//   "user disable"  {email}                         → {}
//   "user enable"   {email}                         → {}
//   "token create"  {user, name, scopes}            → {token}
//   "token list"    {user, after}                   → {items: [{id, name, scopes, created_at,
//                                                     last_used_at}], next}
//   "token revoke"  {user, id}                      → {}
//   "setup url"     {}                              → {url}
// People are named by their e-mail.
// `base_url` is where people reach this installation. `identity` must outlive `commands`.
void AddIdentityCommands(Commands& commands, IdentityService& identity, std::string base_url);

// The link to the first-run page. Its secret stands behind the '#', which browsers do not send, so
// that no access log on the way holds it.
std::string SetupUrl(const std::string& base_url, const std::string& token);

}  // namespace heirloom
