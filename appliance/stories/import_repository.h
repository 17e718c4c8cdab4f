#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "appliance/base/random.h"
#include "storage/database.h"

namespace heirloom {

// SQL of where imported stories came from.
namespace import_repository {

struct SourceRow {
  Id story_id;
  std::string import_hash;
  std::int64_t story_version = 0;  // What the import last left behind.
};
Result<std::optional<SourceRow>> ById(Reader& reader, std::string_view tenant, const Id& legacy,
                                      std::string_view source, std::string_view source_id);
Status Put(Transaction& tx, std::string_view tenant, const Id& legacy, std::string_view source,
           std::string_view source_id, const SourceRow& row);

}  // namespace import_repository
}  // namespace heirloom
