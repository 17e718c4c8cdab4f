#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/legacies/legacy_repository.h"
#include "storage/database.h"

namespace heirloom {

// SQL of deleted legacies. Purged ones are as if they were not there, and so are those that were
// deleted at `by` or before: they are about to be.
namespace legacy_bin_repository {

struct DeletedLegacyRow {
  Legacy legacy;
  std::optional<Role> role;  // Of the asker.
  Time deleted_at;
  std::string deleted_by_name;
};

Result<std::optional<DeletedLegacyRow>> ById(Reader& reader, std::string_view tenant, const Id& id,
                                             const Id& user, Time by);

struct BinCursor {
  Time deleted_at;
  Id id;
};
// Of those that `user` owns, last deleted first.
Result<std::vector<DeletedLegacyRow>> OfOwner(Reader& reader, std::string_view tenant,
                                              const Id& user, Time by,
                                              const std::optional<BinCursor>& after,
                                              std::int64_t limit);

Status TakeOut(Transaction& tx, std::string_view tenant, const Id& id, std::int64_t version);

// (tenant, id) of what was deleted at `by` or before, in every tenant; at most `limit`.
struct DueLegacy {
  std::string tenant_id;
  Id id;
};
Result<std::vector<DueLegacy>> DeletedBy(Reader& reader, Time by, std::int64_t limit);

// Empties a deleted legacy, and forgets who belonged to it. False: it is not in the bin, or not
// since `by`.
Result<bool> Purge(Transaction& tx, std::string_view tenant, const Id& id, Time by, Time now);

}  // namespace legacy_bin_repository
}  // namespace heirloom
