#pragma once

#include "appliance/domain/policy.h"
#include "appliance/stories/story_repository.h"

namespace heirloom {

// Rows that the policy has passed: what services of this room read by.

// kNotFound or kForbidden unless `who` may do `action` with the story.
Result<StoryRow> FindStory(Reader& reader, const Principal& who, const Id& id, Action action);

// The same for a legacy that something is about to be written into.
Result<story_repository::LegacyOfStory> FindLegacy(Reader& reader, const Principal& who,
                                                   const Id& id, Action action);

}  // namespace heirloom
