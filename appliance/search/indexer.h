#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "appliance/base/clock.h"
#include "appliance/base/progress.h"
#include "appliance/domain/position.h"
#include "appliance/projection/follower.h"
#include "appliance/stories/story_feed_service.h"
#include "index/story_index.h"
#include "storage/database.h"

namespace heirloom {

using IndexerState = FollowerState;
// Unless they are given, name and thread are those of the index of words.
using IndexerTraits = FollowerTraits;

// Makes an index of stories follow the outbox, as a Follower does: what an event or the whole truth
// becomes there is StoryProjection's. An index that says nothing of this database is asked until it
// is built again. Thread-safe.
class Indexer {
 public:
  // Listens for commits from here on. Start begins the thread; call both before the first write.
  Indexer(Database& database, StoryFeedService& feed, StoryIndex& index, const Clock& clock,
          IndexerTraits traits = {});
  ~Indexer();

  // As those of Follower; the rows that are read are stories.
  void Start() { follower_.Start(); }
  void Stop() { follower_.Stop(); }
  bool WaitFor(const Position& position, std::chrono::milliseconds timeout) {
    return follower_.WaitFor(position, timeout);
  }
  Result<std::int64_t> Rebuild(Progress& progress) { return follower_.Rebuild(progress); }
  IndexerState State() const { return follower_.State(); }

 private:
  const std::unique_ptr<Projected> stories_;
  Follower follower_;  // Last: its thread ends before what it uses goes.
};

}  // namespace heirloom
