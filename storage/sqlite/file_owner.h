// Whose an SQLite file is. Inside storage/sqlite only.

#pragma once

#include <cstdint>
#include <filesystem>

#include "appliance/base/result.h"
#include "storage/sqlite/connection.h"

namespace heirloom::sqlite {

// "HLRM", in the header of every database of ours (https://www.sqlite.org/fileformat.html, offset
// 68).
inline constexpr std::int32_t kApplicationId = 0x484c524d;

// kUnavailable, in words for the operator, when the connection's file belongs to another program:
// it says so in its header, or it holds tables and none of ours. An empty one belongs to nobody.
Status CheckOwner(Connection& connection, const std::filesystem::path& path);

// The same for a file that is about to be opened for writing. Changes nothing in it, unlike opening
// it as ours, which would give it a write-ahead log.
Status CheckOwnerOf(const std::filesystem::path& path);

// Writes into the header that it is ours.
Status ClaimFile(Connection& connection);

}  // namespace heirloom::sqlite
