#pragma once

#include <string>
#include <string_view>

#include "appliance/domain/story.h"

namespace heirloom {

// The seal of a revision: SHA-256 over the lines parent digest (empty for the first), number, time
// (RFC 3339), author's written name, content hash. Never over ids, so that the chain can be checked
// on any installation the story moves to.
std::string RevisionDigest(std::string_view parent_digest, const Revision& revision);

}  // namespace heirloom
