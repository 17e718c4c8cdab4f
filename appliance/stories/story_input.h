#pragma once

#include "appliance/base/fields.h"
#include "appliance/stories/story_service.h"

namespace heirloom {

// The fields of a story that people and imports send alike: status, tags, language, happened_at,
// place, author, and content or one of its stand-ins (`markdown`, `text` where `plain_text`).
// Errors are noted in `fields`. Title and note are the caller's to read.
StoryInput ReadStoryInput(FieldReader& fields, bool plain_text);
// The same with title and note: what a story is changed by.
StoryInput ReadStoryPatch(FieldReader& fields);

}  // namespace heirloom
