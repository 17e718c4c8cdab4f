#pragma once

#include <string>

#include "appliance/domain/principal.h"
#include "appliance/domain/story.h"
#include "appliance/stories/story_service.h"
#include "storage/database.h"

namespace heirloom {

// A story's next state with everything that is costly to make (canonical form, hashes) made before
// the transaction begins.
struct PreparedStory {
  Story story;
  Revision revision;
  std::string canonical;
};

// The content that `input` makes out of `before`.
StoryContent Merge(const StoryContent& before, const StoryInput& input);

// `story` is the state before, or a new story with version and revision 0; `parent_digest` is that
// of its newest revision, empty for none (appliance/domain/revision_chain.h).
PreparedStory Prepare(Story story, StoryContent content, std::string_view parent_digest,
                      const Principal& who, std::string note, Time now);

// Write the prepared state, its revision and its event.
Status WriteNew(Transaction& tx, const Principal& who, const PreparedStory& prepared);
Status WriteChanged(Transaction& tx, const Principal& who, const PreparedStory& prepared);

}  // namespace heirloom
