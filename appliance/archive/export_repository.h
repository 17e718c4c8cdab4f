#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "appliance/archive/format/documents.h"
#include "appliance/domain/policy.h"
#include "storage/database.h"

namespace heirloom {

// SQL of what an export takes out. Deleted legacies and stories are as if they were not there; ids
// of rows are for reading on, ids in archived things those they were born with.
namespace export_repository {

struct LegacyRow {
  Id id;
  archive::ArchivedLegacy archived;  // Without members.
  Resource resource;                 // How the asker stands to it.
};
Result<std::optional<LegacyRow>> LegacyById(Reader& reader, std::string_view tenant, const Id& id,
                                            const Id& user);
// Ids of all that `user` owns, by the id that they were born with.
Result<std::vector<Id>> OwnedBy(Reader& reader, std::string_view tenant, const Id& user);
// Members and written members, each name with each role once; owners first, then by name.
Result<std::vector<archive::WrittenMember>> MembersOf(Reader& reader, std::string_view tenant,
                                                      const Id& legacy);

// A story as it stood in one snapshot: its revisions up to that number never change any more.
struct StoryRow {
  Id id;
  Id origin_id;
  std::int64_t revision = 0;
  Time created_at;
  Time updated_at;
};
// All of a legacy, by when they happened, then by the id that they were born with.
Result<std::vector<StoryRow>> StoriesOf(Reader& reader, std::string_view tenant, const Id& legacy);

// Revisions after `after` up to `last`, in order: some of them, at least one. Of the content the
// canonical form alone.
Result<std::vector<archive::ArchivedRevision>> RevisionsOf(Reader& reader, std::string_view tenant,
                                                           const Id& story, std::int64_t after,
                                                           std::int64_t last);

}  // namespace export_repository
}  // namespace heirloom
