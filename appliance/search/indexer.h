#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "appliance/domain/position.h"
#include "appliance/stories/story_feed_service.h"
#include "index/search_index.h"
#include "storage/database.h"

namespace heirloom {

// How far the index has followed the truth.
struct IndexerState {
  std::int64_t head = 0;       // Newest event that was heard of.
  std::int64_t committed = 0;  // What queries see.
  bool rebuilding = false;
  std::string failure;  // Why it stands still; empty while it goes.
};

// Makes the search index follow the outbox. It reads which things changed, then what they are now
// and the newest sequence in one snapshot; that sequence is the version of what it writes. So
// events may come twice, late or in bulk, and a crash costs at most some work done again. An index
// that is new, of another epoch or ahead of the outbox is emptied and filled from the truth.
class Indexer {
 public:
  // Listens for commits from here on; call before the first write. Start begins the thread.
  Indexer(Database& database, StoryFeedService& feed, SearchIndex& index);
  ~Indexer();

  void Start();
  // Commits what is staged and ends the thread. Idempotent.
  void Stop();

  // Waits until queries see everything up to `position`; false when the time is over first, or the
  // position is of another epoch.
  bool WaitFor(const Position& position, std::chrono::milliseconds timeout);

  IndexerState State() const;

 private:
  using Key = std::pair<std::string, Id>;  // Tenant, story.
  void Run(const std::stop_token& stop);
  Status CatchUp(const std::stop_token& stop);
  Status FillFromTruth(const std::stop_token& stop);
  Status ApplyEvents(const std::vector<StoredEvent>& events);
  Status ApplyLegacy(const Id& legacy_id, std::vector<IndexOperation>& operations);
  Status CommitIfDue(bool now);
  Status CommitNow();
  bool SomebodyWaits() const;  // For what is staged and not committed. Under mutex_.
  void AwaitWork(const std::stop_token& stop, std::chrono::milliseconds longest);

  Database& database_;
  StoryFeedService& feed_;
  SearchIndex& index_;

  // Of the thread alone.
  bool positioned_ = false;
  Position staged_;
  bool dirty_ = false;
  std::chrono::steady_clock::time_point last_commit_;

  mutable std::mutex mutex_;
  std::condition_variable_any work_;       // Head moved, or somebody waits for a commit.
  std::condition_variable_any committed_;  // Queries see more.
  IndexerState state_;
  std::string epoch_;
  std::multiset<std::int64_t> awaited_;  // Sequences that somebody waits for.

  std::jthread thread_;  // Last: ends before what it uses goes.
};

}  // namespace heirloom
