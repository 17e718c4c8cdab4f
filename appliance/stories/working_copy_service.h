#pragma once

#include <cstdint>
#include <optional>

#include "appliance/base/clock.h"
#include "appliance/stories/story_service.h"
#include "storage/database.h"

namespace heirloom {

// After that long without another autosave a working copy becomes a revision by itself.
inline constexpr Time kIdle = Time::FromSeconds(10 * 60);

struct WorkingCopyState {
  std::int64_t base_version = 0;  // Of the story that it was begun from.
  std::int64_t version = 0;       // Counts the autosaves.
  Time saved_at;
  std::int64_t story_version = 0;  // Not base_version: somebody saved in between.
};

// The story as it would be, were it saved.
struct WorkingCopy {
  WorkingCopyState state;
  StoryContent content;
};

// What somebody is writing and has not saved. It is theirs alone: no revision, no event, no index,
// and nobody else reads it. Saving it is a change like any other, under today's policy; what cannot
// be saved stays. Thread-safe.
class WorkingCopyService {
 public:
  WorkingCopyService(Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  // kNotFound unless `who` may read the story: to be asked before anything else is said.
  Status RequireSeen(const Principal& who, const Id& story_id);
  // Durable when it returns. kInvalidArgument at /base_version for one that never was.
  Result<WorkingCopyState> Put(const Principal& who, const Id& story_id, std::int64_t base_version,
                               const StoryInput& input);
  Result<WorkingCopy> Get(const Principal& who, const Id& story_id);
  Status Discard(const Principal& who, const Id& story_id);
  // Makes a revision of it and ends it. kPreconditionFailed when the story moved on from what it
  // was begun from: then it stays. Without one the story as it is.
  Result<StoryWritten> Save(const Principal& who, const Id& story_id);

  // Saves those that nobody touched for kIdle, at most `limit`, in the name of whose they are. What
  // cannot be saved is parked: it waits for its person.
  Status Housekeep(std::int64_t limit = 100);

 private:
  Database& database_;
  const Clock& clock_;
};

}  // namespace heirloom
