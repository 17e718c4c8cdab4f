#pragma once

#include <cstddef>

#include "appliance/base/json.h"
#include "appliance/base/result.h"
#include "appliance/http/message.h"
#include "appliance/stories/story_service.h"

namespace heirloom {

// What this room's routes read and say alike.

// A million characters of any script; and the deepest document, whose nodes are each two levels.
inline constexpr std::size_t kMaxStoryBody = 6u << 20;
inline constexpr JsonLimits kStoryJson{.max_bytes = kMaxStoryBody, .max_depth = 128};

// A Story with its ETag.
http::Response StoryResponse(int status, const StoryView& view);
// The same after a change, with the position of it, and whether an earlier request made it.
http::Response WrittenResponse(int status, const StoryWritten& written);

// `{n}` of the path; kNotFound when it is none that a revision can have.
Result<std::int64_t> RevisionNumber(const http::Request& request);

}  // namespace heirloom
