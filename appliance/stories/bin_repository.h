#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "appliance/stories/story_repository.h"
#include "storage/database.h"

namespace heirloom {

// SQL of deleted stories. Those of deleted legacies are as if they were not there, and so are
// purged ones, and those deleted at `since` or before, which are about to be.
namespace bin_repository {

struct DeletedRow {
  StoryRow row;  // A head, or whole.
  Time deleted_at;
  std::string deleted_by_name;
};

// `story` with the version that its deletion, or its return, gives it.
Status Put(Transaction& tx, std::string_view tenant, const Story& story, const Id& deleted_by,
           Time now);
// Working copies that were begun from what was deleted go on from what came back.
Status TakeOut(Transaction& tx, std::string_view tenant, const Story& story);

// Whole; only what is in the bin.
Result<std::optional<StoryRow>> ById(Reader& reader, std::string_view tenant, const Id& id,
                                     const Id& user, Time since);

struct BinCursor {
  Time deleted_at;
  Id id;
};
// Heads, last deleted first. Mirrors what Decide allows for kSeeStoryInBin.
Result<std::vector<DeletedRow>> List(Reader& reader, std::string_view tenant, const Id& user,
                                     const std::optional<Id>& legacy, Time since,
                                     const std::optional<BinCursor>& after, std::int64_t limit);

// Of every tenant, what was deleted at `by` or before; at most `limit`.
struct DueStory {
  std::string tenant_id;
  Id id;
  Id legacy_id;
};
Result<std::vector<DueStory>> DeletedBy(Reader& reader, Time by, std::int64_t limit);

// What is left of purged legacies, apart from what is in the bin: at most `limit`.
Result<std::vector<DueStory>> OfPurgedLegacies(Reader& reader, std::int64_t limit);

// Empties a deleted story and its revisions: what stays are numbers, times, who saved, hashes and
// seals, so that the chain can still be checked; and that it came from an import once, so that it
// is not brought in again. False: it is not in the bin, or not since `deleted_by`.
Result<bool> Purge(Transaction& tx, std::string_view tenant, const Id& id, Time deleted_by,
                   Time now);

// The same for a story whose legacy was purged, and that nobody deleted.
Result<bool> PurgeWithLegacy(Transaction& tx, std::string_view tenant, const Id& id, Time now);

}  // namespace bin_repository
}  // namespace heirloom
