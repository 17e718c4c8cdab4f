#pragma once

#include <optional>

#include "appliance/domain/policy.h"
#include "appliance/stories/story_repository.h"
#include "appliance/stories/story_service.h"

namespace heirloom {

// Rows that the policy has passed: what services of this room read by.

// kNotFound or kForbidden unless `who` may do `action` with the story.
Result<StoryRow> FindStory(Reader& reader, const Principal& who, const Id& id, Action action);
// The same, for who needs no more than the story's head (story_repository::HeadById).
Result<StoryRow> FindStoryHead(Reader& reader, const Principal& who, const Id& id, Action action);

// What `who`, who may read the story, sees of it.
StoryView ViewOf(const Principal& who, StoryRow row);

// kPreconditionFailed when `version` is there and the story has another.
Status CheckVersion(const Story& story, std::optional<std::int64_t> version);

// Before the reads of a transaction that changes the story: it, and who its legacy belongs to, stay
// as they are read from then on. There may be no such story.
Status LockStory(Transaction& tx, std::string_view tenant, const Id& id);
// For who knows its legacy already.
Status LockStory(Transaction& tx, std::string_view tenant, const Id& legacy_id, const Id& id);

// The same for a legacy that something is about to be written into.
Result<story_repository::LegacyOfStory> FindLegacy(Reader& reader, const Principal& who,
                                                   const Id& id, Action action);

}  // namespace heirloom
