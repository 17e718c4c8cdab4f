#pragma once

#include <cstdint>

#include "appliance/base/progress.h"
#include "appliance/base/result.h"
#include "appliance/domain/finding.h"
#include "appliance/stories/story_feed_service.h"
#include "index/search_index.h"
#include "storage/database.h"

namespace heirloom {

// Whether the index is a projection of this database as it is: at a place of its history, and up to
// that place with every story and no other, each as it is now. Reads in pages, beside writers and
// the indexer; what changes meanwhile is let be. Gives the number of stories in the index.
// kUnavailable when it was called off.
Result<std::int64_t> CheckIndex(Database& database, StoryFeedService& feed,
                                const SearchIndex& index, Findings& findings, Progress& progress);

}  // namespace heirloom
