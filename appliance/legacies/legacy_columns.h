// How a legacy is read from a row. Inside this room only.

#pragma once

#include <optional>

#include "appliance/domain/legacy.h"
#include "appliance/domain/policy.h"
#include "storage/database.h"

namespace heirloom {

// The columns that LegacyFrom and RoleFrom read, first of all in a SELECT from `legacies l` and the
// asker's membership `members m`.
#define HEIRLOOM_LEGACY_AND_RANK                                                     \
  "l.id, l.title, l.dedication, l.language, l.visibility, l.version, l.created_at, " \
  "l.updated_at, m.rank"
inline constexpr int kLegacyAndRankColumns = 9;

inline Legacy LegacyFrom(const Row& row) {
  return {row.String(0),
          row.String(1),
          row.String(2),
          row.String(3),
          ParseVisibility(row.Text(4)).value_or(Visibility::kPrivate),
          row.Integer(5),
          row.TimeAt(6),
          row.TimeAt(7)};
}

// nullopt: the asker is no member.
inline std::optional<Role> RoleFrom(const Row& row) {
  if (row.IsNull(8)) return std::nullopt;
  return static_cast<Role>(row.Integer(8));
}

}  // namespace heirloom
