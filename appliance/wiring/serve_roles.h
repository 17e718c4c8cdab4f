#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom {

// What a process of the daemon does. appliance/docs/roles.md tells what each is for.
enum class ServeRole { kWeb, kRelay, kIndexer, kMedia, kAssistant, kScheduler };

inline constexpr std::array kAllServeRoles = {ServeRole::kWeb,       ServeRole::kRelay,
                                              ServeRole::kIndexer,   ServeRole::kMedia,
                                              ServeRole::kAssistant, ServeRole::kScheduler};

std::string_view ToString(ServeRole role);
std::optional<ServeRole> ReadServeRole(std::string_view name);
std::string NamesOfAllServeRoles();  // "web, relay, …"

// The roles of one process: all of them, unless they are split.
class ServeRoles {
 public:
  static ServeRoles All();

  void Add(ServeRole role) { has_[static_cast<std::size_t>(role)] = true; }
  bool Has(ServeRole role) const { return has_[static_cast<std::size_t>(role)]; }
  bool AreAll() const;
  std::string Names() const;  // "relay, scheduler"

 private:
  std::array<bool, kAllServeRoles.size()> has_{};
};

}  // namespace heirloom
