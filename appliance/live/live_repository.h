#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/live/event_rules.h"
#include "storage/database.h"

namespace heirloom {

// One membership; of a deleted legacy too, since its members hear that it was deleted.
struct MembershipRow {
  Id user_id;
  Id legacy_id;
  Role role = Role::kViewer;
};

// SQL of who may hear what. No policy: rows as they are.
namespace live_repository {

// After `after` and up to `upto`, in order, at most `limit`.
Result<std::vector<StoredEvent>> Events(Reader& reader, std::int64_t after, std::int64_t upto,
                                        std::int64_t limit);
// All of those that ChangesAccess names, after `after`.
Result<std::vector<StoredEvent>> AccessChanges(Reader& reader, std::int64_t after);
// 0 when none is kept.
Result<std::int64_t> OldestSequence(Reader& reader);

Result<std::map<Id, StoryFacts>> Stories(Reader& reader, std::string_view tenant,
                                         std::span<const Id> ids);
Result<std::map<Id, LegacyFacts>> Legacies(Reader& reader, std::string_view tenant,
                                           std::span<const Id> ids);
Result<std::vector<MembershipRow>> MembershipsOf(Reader& reader, std::string_view tenant,
                                                 std::span<const Id> users);
Result<std::set<Id>> MembersOf(Reader& reader, std::string_view tenant,
                               std::span<const Id> legacies);

// The ids of these people's sessions and API tokens that are still good; none of a person who is
// disabled.
Result<std::set<Id>> GoodCredentialsOf(Reader& reader, std::string_view tenant,
                                       std::span<const Id> users, Time now);

}  // namespace live_repository
}  // namespace heirloom
