#pragma once

#include <string>
#include <string_view>

#include "appliance/base/json.h"
#include "appliance/stories/working_copy_service.h"

namespace heirloom {

// How a working copy is kept: the fields that were written, as the API takes them.
std::string WorkingCopyJson(const StoryInput& input);
// The other way round; kInternal when it is damaged.
Result<StoryInput> ParseWorkingCopy(std::string_view text);

// The shapes WorkingCopyState and WorkingCopy of the OpenAPI file.
void WriteWorkingCopyState(JsonWriter& json, const WorkingCopyState& state);
void WriteWorkingCopy(JsonWriter& json, const WorkingCopy& copy);

}  // namespace heirloom
