#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace heirloom {

enum class Change { kSame, kRemoved, kAdded };

// A run of elements. kSame and kRemoved count in `before`, kAdded in `after`.
struct Edit {
  Change change = Change::kSame;
  std::size_t begin = 0;
  std::size_t end = 0;

  friend bool operator==(const Edit&, const Edit&) = default;
};

// A shortest way from `before` to `after` (E. Myers, "An O(ND) Difference Algorithm and Its
// Variations", 1986), in order, without empty runs. nullopt when there are more than about 2,000
// differences, or finding them takes more than some ten million steps: at most 16 MiB and a
// fraction of a second, whatever is compared.
std::optional<std::vector<Edit>> DiffSequences(std::span<const std::uint32_t> before,
                                               std::span<const std::uint32_t> after);

}  // namespace heirloom
