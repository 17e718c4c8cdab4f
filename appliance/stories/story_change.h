#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "appliance/domain/request_key.h"
#include "appliance/stories/story_service.h"

namespace heirloom {

// A change of one story, whoever asks for it: a patch, what was restored, what was autosaved.
struct StoryChange {
  const StoryInput& input;
  // What it was begun from: kPreconditionFailed when the story is another by now. nullopt: whatever
  // it is; merged again when somebody saves in between.
  std::optional<std::int64_t> version;
  std::optional<RequestKey> key = std::nullopt;
  // Runs in the transaction of the change, also when nothing is to be changed, but not for a repeat
  // of a request. What fails here fails the change.
  std::function<Status(Transaction&)> also = nullptr;
};

// The story as it is afterwards. A change that changes nothing makes no revision and no event.
Result<StoryWritten> ChangeStory(Database& database, const Clock& clock, const Principal& who,
                                 const Id& id, const StoryChange& change);

// The story that an earlier request with this key made or changed; nullopt without one.
Result<std::optional<Id>> FindRequest(Reader& reader, const Principal& who,
                                      const std::optional<RequestKey>& key, Time now);
// The same, first thing in the transaction of a change.
Result<std::optional<Id>> ClaimRequest(Transaction& tx, const Principal& who,
                                       const std::optional<RequestKey>& key, Time now);
// What a repeat of a request gives: the story as it is, as `who` may read it today.
Result<StoryWritten> RepeatedRequest(Database& database, const Principal& who, const Id& story);

}  // namespace heirloom
