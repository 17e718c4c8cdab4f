#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/domain/legacy.h"
#include "appliance/domain/policy.h"
#include "storage/database.h"

namespace heirloom {

// A legacy as one person stands to it.
struct LegacyRow {
  Legacy legacy;
  std::optional<Role> role;      // nullopt: no member.
  std::int64_t story_count = 0;  // Stories that this person may read.
};

// SQL of legacies and their members. Deleted ones are as if they were not there.
namespace legacy_repository {

Result<std::optional<LegacyRow>> ById(Reader& reader, std::string_view tenant, const Id& id,
                                      const Id& user);

// Those that `user` belongs to, ordered by title, after the given title key and id.
Result<std::vector<LegacyRow>> OfUser(Reader& reader, std::string_view tenant, const Id& user,
                                      std::string_view after_key, std::string_view after_id,
                                      std::int64_t limit);

Status Insert(Transaction& tx, std::string_view tenant, const Legacy& legacy);
Status Update(Transaction& tx, std::string_view tenant, const Legacy& legacy);
// Into the bin, by whom.
Status MarkDeleted(Transaction& tx, std::string_view tenant, const Id& id, std::int64_t version,
                   const Id& user, Time now);

Result<std::vector<Membership>> MembershipsOf(Reader& reader, std::string_view tenant,
                                              const Id& user);

// Owners first, then by name; after the given rank (as stored), name and id.
struct MemberCursor {
  std::int64_t rank = 4;
  std::string name;
  Id user_id;
};
Result<std::vector<Member>> Members(Reader& reader, std::string_view tenant, const Id& legacy,
                                    const MemberCursor& after, std::int64_t limit);
Result<std::optional<Member>> MemberById(Reader& reader, std::string_view tenant, const Id& legacy,
                                         const Id& user);
Result<std::optional<Id>> UserIdByEmail(Reader& reader, std::string_view tenant,
                                        std::string_view email_key);
Result<std::int64_t> CountOwners(Reader& reader, std::string_view tenant, const Id& legacy);

// kConflict when they belong to it already.
Status InsertMember(Transaction& tx, std::string_view tenant, const Id& legacy, const Id& user,
                    Role role, Time now);
Status SetRole(Transaction& tx, std::string_view tenant, const Id& legacy, const Id& user,
               Role role);
Status DeleteMember(Transaction& tx, std::string_view tenant, const Id& legacy, const Id& user);

}  // namespace legacy_repository
}  // namespace heirloom
