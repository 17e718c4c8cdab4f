#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"

namespace heirloom {

// Ordered: a later one may all that an earlier one may.
enum class Role { kViewer, kContributor, kEditor, kOwner };

std::string_view ToString(Role role);
std::optional<Role> ParseRole(std::string_view text);

enum class Visibility { kPrivate, kMembers };

std::string_view ToString(Visibility visibility);
std::optional<Visibility> ParseVisibility(std::string_view text);

// A space about a person, family or community. Everything else belongs to exactly one.
struct Legacy {
  Id id;
  std::string title;
  std::string dedication;
  std::string language;
  Visibility visibility = Visibility::kMembers;
  std::int64_t version = 0;
  Time created_at;
  Time updated_at;
};

struct Member {
  Id user_id;
  std::string name;
  std::string email;
  Role role = Role::kViewer;
  Time joined_at;
};

}  // namespace heirloom
