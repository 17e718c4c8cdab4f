#pragma once

#include <string>
#include <vector>

#include "appliance/archive/restore_service.h"
#include "appliance/base/json.h"

namespace heirloom {

// ArchivedLegacy and ArchivedStoryBatch of the OpenAPI file. kInvalidArgument with all that is
// wrong with the request; what is wrong with one story alone becomes its `problem`.
Result<archive::ArchivedLegacy> ReadArchivedLegacy(const Json& body);
Result<std::vector<StoryPart>> ReadStoryBatch(const Json& body);

}  // namespace heirloom
