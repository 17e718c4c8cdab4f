// Rows of `meta`: what a database knows of itself, a text by its key. Who owns a key says what its
// text means.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "appliance/base/result.h"
#include "storage/database.h"

namespace heirloom {

// nullopt: there is no such row.
Result<std::optional<std::string>> ReadMeta(Reader& reader, std::string_view key);
// In place of the one that is there.
Status PutMeta(Transaction& tx, std::string_view key, std::string_view value);
// Nothing when there is none.
Status RemoveMeta(Transaction& tx, std::string_view key);

}  // namespace heirloom
