#pragma once

#include "appliance/base/json.h"
#include "appliance/domain/story.h"
#include "appliance/stories/bin_service.h"
#include "appliance/stories/story_service.h"

namespace heirloom {

// The shapes Story, StorySummary, DeletedStory, RevisionSummary, Revision and RevisionDiff of the
// OpenAPI file.
void WriteStory(JsonWriter& json, const StoryView& view);
void WriteStorySummary(JsonWriter& json, const StoryView& view);
void WriteDeletedStory(JsonWriter& json, const DeletedStory& deleted);
void WriteRevisionSummary(JsonWriter& json, const Revision& revision);
void WriteRevision(JsonWriter& json, const Revision& revision);
void WriteRevisionDiff(JsonWriter& json, const RevisionDiff& diff);

// What they all have in common, as members: status, tags, language, happened_at, place.
void WriteStoryDetails(JsonWriter& json, const StoryContent& content);

}  // namespace heirloom
