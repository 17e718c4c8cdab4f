#pragma once

#include "appliance/operations/health_service.h"
#include "appliance/wiring/serve_roles.h"

namespace heirloom {

// Where roles are split: says in /readyz and in the log which of this process's have nothing to do
// yet, so that nobody looks for what is wrong with it.
void AddIdleRoleChecks(HealthService& health, const ServeRoles& roles);
void LogRoles(const ServeRoles& roles);

}  // namespace heirloom
