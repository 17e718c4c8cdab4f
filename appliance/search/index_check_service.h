#pragma once

#include <cstdint>
#include <string>

#include "appliance/base/progress.h"
#include "appliance/base/result.h"
#include "appliance/domain/finding.h"
#include "appliance/stories/story_feed_service.h"
#include "index/story_index.h"
#include "storage/database.h"

namespace heirloom {

// What an index is called where something is found, and what mends it.
struct IndexWords {
  const char* check = "search";
  std::string name = "the index";
  std::string mend = "heirloom rebuild search --data-dir DIR";
};

// Of the index of vectors.
inline IndexWords WordsOfVectors() {
  return {"vectors", "the index of vectors", "heirloom rebuild vectors --data-dir DIR"};
}

// Whether the index is a projection of this database as it is: at a place of its history, and up to
// that place with every story and no other, each as it is now. Reads in pages, beside writers and
// the indexer; what changes meanwhile is let be. Gives the number of stories in the index.
// kUnavailable when it was called off.
Result<std::int64_t> CheckIndex(Database& database, StoryFeedService& feed, const StoryIndex& index,
                                const IndexWords& words, Findings& findings, Progress& progress);

}  // namespace heirloom
