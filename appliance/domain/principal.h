#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "appliance/base/random.h"

namespace heirloom {

// The one tenant of an installation. Every row, event and document carries a tenant all the same.
inline constexpr std::string_view kDefaultTenant = "default";

// Who asks. `tenant_id` comes from the session or token, never from a request.
struct Principal {
  std::string tenant_id;
  Id user_id;
  std::string name;
  bool is_admin = false;
  // What an API token may do; nullopt for browser sessions, which may do all that the person may.
  std::optional<std::set<std::string>> scopes;
};

}  // namespace heirloom
