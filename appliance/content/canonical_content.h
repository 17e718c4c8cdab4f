#pragma once

#include <string>
#include <string_view>

#include "appliance/base/result.h"
#include "appliance/domain/story.h"

namespace heirloom {

// The JSON that a revision keeps and its content hash is taken over: sorted keys, no spaces.
std::string CanonicalContent(const StoryContent& content);

// The other way round; kInternal when it is damaged.
Result<StoryContent> ParseCanonicalContent(std::string_view canonical);

}  // namespace heirloom
