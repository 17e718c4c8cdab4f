#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/domain/policy.h"
#include "appliance/domain/story.h"
#include "storage/database.h"

namespace heirloom {

// A story with what decides who may do what with it.
struct StoryRow {
  Story story;
  Resource resource;
};

struct StoryFilter {
  std::optional<Id> legacy_id;
  std::optional<StoryStatus> status;  // nullopt: all but archived ones.
  std::optional<std::string> tag_key;
  bool by_happening = false;  // Oldest happening first; otherwise newest change first.
};

// The number that orders a story among others by when it happened; unknown comes last.
std::int64_t HappenedOrder(const std::optional<Edtf>& happened_at);

// SQL of stories. Deleted stories, and those of deleted legacies, are as if they were not there.
// What the SQL leaves out of lists mirrors Decide, so that pages are full; Decide still has the
// last word in the service.
namespace story_repository {

Result<std::optional<StoryRow>> ById(Reader& reader, std::string_view tenant, const Id& id,
                                     const Id& user);
// As it stands in lists: the text is the excerpt alone, the document and the name of who created it
// are empty. To decide by, when the story itself is not needed.
Result<std::optional<StoryRow>> HeadById(Reader& reader, std::string_view tenant, const Id& id,
                                         const Id& user);
// Heads, page by page. Cursor: the order number and id of the last one seen; nullopt from the
// start.
struct StoryCursor {
  std::int64_t order = 0;
  Id id;
};
Result<std::vector<StoryRow>> List(Reader& reader, std::string_view tenant, const Id& user,
                                   const StoryFilter& filter,
                                   const std::optional<StoryCursor>& after, std::int64_t limit);

// Of a story that may be deleted; a story never changes its legacy.
Result<std::optional<Id>> LegacyIdOf(Reader& reader, std::string_view tenant, const Id& id);

// The legacy a story is about to be written into, with how `user` stands to it.
struct LegacyOfStory {
  Resource resource;
  std::string language;
};
Result<std::optional<LegacyOfStory>> LegacyById(Reader& reader, std::string_view tenant,
                                                const Id& id, const Id& user);

Status Insert(Transaction& tx, std::string_view tenant, const Story& story);
Status Update(Transaction& tx, std::string_view tenant, const Story& story);

}  // namespace story_repository

}  // namespace heirloom
