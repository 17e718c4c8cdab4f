#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "storage/database.h"

namespace heirloom {

// SQL of working copies: one per story and person.
namespace working_copy_repository {

struct CopyRow {
  std::int64_t base_version = 0;
  std::string content;  // WorkingCopyJson
  std::int64_t version = 0;
  Time saved_at;
};
Result<std::optional<CopyRow>> Find(Reader& reader, std::string_view tenant, const Id& story,
                                    const Id& user);
// Overwrites the one that is there.
Status Put(Transaction& tx, std::string_view tenant, const Id& story, const Id& user,
           const CopyRow& row);
Status Delete(Transaction& tx, std::string_view tenant, const Id& story, const Id& user);
// Only while it has this version; false when it has not.
Result<bool> DeleteVersion(Transaction& tx, std::string_view tenant, const Id& story,
                           const Id& user, std::int64_t version);

// A copy that nobody touched for a while, with whose it is.
struct IdleCopy {
  std::string tenant_id;
  Id story_id;
  Id user_id;
  std::string user_name;
  bool user_disabled = false;
  std::int64_t version = 0;
};
// Of every tenant, longest untouched first; parked ones are left out.
Result<std::vector<IdleCopy>> Idle(Reader& reader, Time saved_by, std::int64_t limit);
// It waits for its person, until they write again. Only while it has this version.
Status Park(Transaction& tx, const IdleCopy& copy);

}  // namespace working_copy_repository
}  // namespace heirloom
