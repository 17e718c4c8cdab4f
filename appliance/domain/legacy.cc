#include "appliance/domain/legacy.h"

#include "appliance/base/log.h"

namespace heirloom {

std::string_view ToString(Role role) {
  switch (role) {
    case Role::kViewer:
      return "viewer";
    case Role::kContributor:
      return "contributor";
    case Role::kEditor:
      return "editor";
    case Role::kOwner:
      return "owner";
  }
  Panic("a role that is none");
}

std::optional<Role> ParseRole(std::string_view text) {
  for (const Role role : {Role::kViewer, Role::kContributor, Role::kEditor, Role::kOwner}) {
    if (ToString(role) == text) return role;
  }
  return std::nullopt;
}

std::string_view ToString(Visibility visibility) {
  switch (visibility) {
    case Visibility::kPrivate:
      return "private";
    case Visibility::kMembers:
      return "members";
  }
  Panic("a visibility that is none");
}

std::optional<Visibility> ParseVisibility(std::string_view text) {
  for (const Visibility visibility : {Visibility::kPrivate, Visibility::kMembers}) {
    if (ToString(visibility) == text) return visibility;
  }
  return std::nullopt;
}

}  // namespace heirloom
