#pragma once

#include "appliance/base/json.h"
#include "appliance/domain/story.h"
#include "appliance/stories/story_service.h"

namespace heirloom {

// The shapes Story, StorySummary, RevisionSummary and Revision of the OpenAPI file.
void WriteStory(JsonWriter& json, const StoryView& view);
void WriteStorySummary(JsonWriter& json, const StoryView& view);
void WriteRevisionSummary(JsonWriter& json, const Revision& revision);
void WriteRevision(JsonWriter& json, const Revision& revision);

}  // namespace heirloom
