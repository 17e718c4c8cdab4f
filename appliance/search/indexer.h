#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/progress.h"
#include "appliance/domain/position.h"
#include "appliance/projection/continuity.h"
#include "appliance/search/story_projection.h"
#include "appliance/stories/story_feed_service.h"
#include "index/story_index.h"
#include "storage/database.h"

namespace heirloom {

// How far the index has followed the truth.
struct IndexerState {
  std::int64_t head = 0;       // Newest event that was heard of.
  std::int64_t committed = 0;  // What queries see.
  bool rebuilding = false;     // A new generation is being built beside the one that is asked.
  // What is asked says nothing of this database as it is: new, of another epoch, or ahead of it.
  bool foreign = true;
  std::string failure;  // Why it stands still; empty while it goes.
};

// What sets one indexer apart from another.
struct IndexerTraits {
  std::string name = "search index";  // In words for an operator.
  std::string thread = "indexer";
  // Events of a batch. Few, where a story takes long: what waits is committed between batches.
  int events_at_once = 256;
  // Its thread gives way to everybody else's.
  bool in_background = false;
  bool alone = true;  // Nobody else makes this index follow.
  // Whether this process makes it follow just now; asked often, from any thread. While it does not,
  // its thread looks up how far others have brought it, sooner while somebody waits. Empty: always.
  std::function<bool()> leads = {};
  // Unless somebody in this process waits: then at once.
  std::chrono::milliseconds commit_every{500};
};

// Makes an index of stories follow the outbox. It reads which things changed, then what they are
// now and the newest sequence in one snapshot; that sequence is the version of what it writes. So
// events may come twice, late or in bulk, and a crash costs at most some work done again. An index
// that is new, of another epoch or ahead of the outbox is built again from the truth, beside the
// old one, which is asked until then. Tombstones go after seven days. Thread-safe.
class Indexer {
 public:
  // Listens for commits from here on. Start begins the thread; call both before the first write.
  Indexer(Database& database, StoryFeedService& feed, StoryIndex& index, const Clock& clock,
          IndexerTraits traits = {});
  ~Indexer();

  void Start();
  // Commits what is staged and ends the thread; a rebuild under way is given up. Idempotent.
  void Stop();

  // Waits until queries see everything up to `position`; false when the time is over first, or the
  // position is of another epoch.
  bool WaitFor(const Position& position, std::chrono::milliseconds timeout);

  // Builds the index again from the truth while it is asked and followed, then puts the new one in
  // its place, no less far. Gives the number of stories read. After Start, on a thread of the
  // caller's. One that is being built anyway is waited for. kConflict when somebody else has it
  // built, or makes it follow; kUnavailable when called off; whatever fails leaves the old one.
  Result<std::int64_t> Rebuild(Progress& progress);

  IndexerState State() const;

 private:
  // A generation that has followed up to `reached`.
  struct Built {
    std::unique_ptr<SearchGeneration> generation;
    Position reached;
    std::int64_t stories = 0;
  };

  void Run(const std::stop_token& stop);
  bool Leads() const { return !traits_.leads || traits_.leads(); }
  tl::unexpected<Error> AnotherLeads() const;
  Status CatchUp(const std::stop_token& stop);
  Status Watch();
  Status FindPosition();
  void NoteForeign();
  void LogStandstill(const std::string& reason);
  Result<Built> Build(Progress& progress);
  tl::unexpected<Error> CalledOff() const;
  Status TakeOver(Built& built);
  Status TakeOverWhatWaits();
  // One batch of events after `position`, which moves. False when it has met the head.
  template <typename Target>
  Result<bool> Advance(Target& target, Position& position);
  Status AwaitPosition(Progress& progress);
  Result<std::int64_t> HandOver(Built built, Progress& progress);
  Status SweepIfDue();
  Status CommitIfDue(bool now);
  Status CommitNow();
  void Publish();
  bool SomebodyWaits() const;  // For what is staged and not committed. Under mutex_.
  void AwaitWork(const std::stop_token& stop, std::chrono::milliseconds longest);
  void AwaitAsker(const std::stop_token& stop);

  Database& database_;
  StoryProjection projection_;
  StoryIndex& index_;
  const Clock& clock_;
  const IndexerTraits traits_;

  // Of the thread alone, once it runs.
  Continuity continuity_;
  bool positioned_ = false;
  Position staged_;
  bool dirty_ = false;
  std::string told_failure_;  // In the log, so that it is not told each time.
  std::chrono::steady_clock::time_point last_commit_;
  std::chrono::steady_clock::time_point next_sweep_;

  mutable std::mutex mutex_;
  std::condition_variable_any work_;       // Head moved, or somebody waits for something.
  std::condition_variable_any committed_;  // Queries see more, or a generation was taken over.
  IndexerState state_;
  std::string epoch_;
  std::multiset<std::int64_t> awaited_;  // Sequences that somebody waits for.
  std::optional<Built> waiting_;         // Handed over to the thread,
  std::optional<Status> taken_;          // and what became of it.
  std::int64_t builds_ = 0;              // That were put in place.
  std::atomic<bool> stopping_ = false;

  std::jthread thread_;                     // These last: they end before what
  CommitHooks::Subscription subscription_;  // they use goes.
};

}  // namespace heirloom
