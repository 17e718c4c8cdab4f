#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/domain/edtf.h"
#include "storage/database.h"

namespace heirloom {

// How columns of `stories` are read and asked for: shared by this room's repositories.

std::vector<std::string> TagsFromJson(std::string_view text);
std::optional<Edtf> DateAt(const Row& row, int column);

// Ids that one query may ask for.
inline constexpr std::size_t kMaxIdsAtOnce = 32;

// "$first, …": always kMaxIdsAtOnce of them, so that it is always the same statement.
std::string IdPlaceholders(std::size_t first);

// `head`, then the ids, then empty strings, which are no ids.
std::vector<SqlValue> WithIds(std::vector<SqlValue> head, const std::vector<Id>& ids);

}  // namespace heirloom
