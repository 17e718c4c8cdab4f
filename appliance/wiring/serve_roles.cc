#include "appliance/wiring/serve_roles.h"

#include <algorithm>

namespace heirloom {

std::string_view ToString(ServeRole role) {
  switch (role) {
    case ServeRole::kWeb:
      return "web";
    case ServeRole::kRelay:
      return "relay";
    case ServeRole::kIndexer:
      return "indexer";
    case ServeRole::kMedia:
      return "media";
    case ServeRole::kAssistant:
      return "assistant";
    case ServeRole::kScheduler:
      return "scheduler";
  }
  return "";
}

std::optional<ServeRole> ReadServeRole(std::string_view name) {
  const auto* const found = std::find_if(kAllServeRoles.begin(), kAllServeRoles.end(),
                                         [&](ServeRole role) { return ToString(role) == name; });
  if (found == kAllServeRoles.end()) return std::nullopt;
  return *found;
}

std::string NamesOfAllServeRoles() { return ServeRoles::All().Names(); }

ServeRoles ServeRoles::All() {
  ServeRoles all;
  for (const ServeRole role : kAllServeRoles) all.Add(role);
  return all;
}

bool ServeRoles::AreAll() const {
  return std::all_of(has_.begin(), has_.end(), [](bool has) { return has; });
}

std::string ServeRoles::Names() const {
  std::string names;
  for (const ServeRole role : kAllServeRoles) {
    if (Has(role)) names += (names.empty() ? "" : ", ") + std::string(ToString(role));
  }
  return names;
}

}  // namespace heirloom
