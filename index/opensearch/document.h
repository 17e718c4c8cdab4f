// A story or its tombstone as an OpenSearch document.

#pragma once

#include <cstdint>
#include <string>

#include "appliance/base/json.h"
#include "index/search_index.h"

namespace heirloom::opensearch {

// What every index of stories has of one, as members of the object that is open.
void WriteStoryFields(JsonWriter& json, const StoryDocument& story, std::int64_t version);

std::string StoryJson(const PutStory& put);
std::string TombstoneJson(const DropStory& drop);

}  // namespace heirloom::opensearch
