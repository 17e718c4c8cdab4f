#include "appliance/wiring/idle_roles.h"

#include <array>
#include <string>

#include "appliance/base/log.h"

namespace heirloom {
namespace {

constexpr std::array kWithoutWork = {ServeRole::kMedia, ServeRole::kAssistant};
constexpr char kNothing[] = "There is nothing to do for this role yet.";

}  // namespace

void AddIdleRoleChecks(HealthService& health, const ServeRoles& roles) {
  if (roles.AreAll()) return;
  for (const ServeRole role : kWithoutWork) {
    if (!roles.Has(role)) continue;
    health.AddCheck(std::string(ToString(role)), [] {
      return CheckResult{CheckResult::State::kOk, kNothing};
    });
  }
}

void LogRoles(const ServeRoles& roles) {
  if (roles.AreAll()) return;
  LogInfo("has some roles of the daemon", {{"roles", roles.Names()}});
  for (const ServeRole role : kWithoutWork) {
    if (roles.Has(role)) {
      LogInfo("there is nothing to do for this role yet", {{"role", std::string(ToString(role))}});
    }
  }
}

}  // namespace heirloom
