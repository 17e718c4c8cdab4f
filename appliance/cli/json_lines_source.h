#pragma once

#include <cstdint>
#include <istream>
#include <memory>

#include "appliance/cli/story_source.h"

namespace heirloom::cli {

// JSON Lines: an object a line with `id`, `title` and `body` (plain text) or `markdown`, and maybe
// `author`, `date` (EDTF), `language` and `tags`; null is the same as absent. Other members are
// passed over, as are empty lines. A number may stand for an id.
//
// `size` is how many bytes there are to come, 0 when that is not known.
std::unique_ptr<StorySource> ReadJsonLines(std::unique_ptr<std::istream> in, std::uint64_t size);

// The same of a stream that somebody else owns, such as the standard input.
std::unique_ptr<StorySource> ReadJsonLines(std::istream& in);

}  // namespace heirloom::cli
