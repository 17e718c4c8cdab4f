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

#include "appliance/base/clock.h"
#include "appliance/base/progress.h"
#include "appliance/domain/position.h"
#include "appliance/projection/continuity.h"
#include "appliance/projection/projected.h"
#include "storage/database.h"

namespace heirloom {

// How far a projection has followed the truth.
struct FollowerState {
  std::int64_t head = 0;     // Newest event that was heard of.
  std::int64_t reached = 0;  // What is seen.
  bool rebuilding = false;   // A new generation is being built beside the one that is asked.
  // It says nothing of this database as it is: not opened yet, new, of another epoch, or ahead of
  // it.
  bool foreign = true;
  std::string failure;  // Why it stands still; empty while it goes.

  // Events that were heard of and are not seen yet.
  std::int64_t Lag() const { return head > reached ? head - reached : 0; }
};

// What sets one follower apart from another.
struct FollowerTraits {
  std::string name = {};    // In words for an operator: "search index".
  std::string thread = {};  // Its thread's name.
  // Events of a batch. Few, where each takes long: what waits is committed between batches.
  int events_at_once = 256;
  // Its thread gives way to everybody else's.
  bool in_background = false;
  bool alone = true;  // Nobody else makes this projection follow.
  // Whether this process makes it follow just now; asked often, from any thread. While it does not,
  // its thread looks up how far others have brought it, sooner while somebody waits. Empty: always.
  std::function<bool()> leads = {};
  // Unless somebody in this process waits: then at once. 0: after each batch.
  std::chrono::milliseconds commit_every{500};
  std::string reading = "reading stories";  // What filling a generation is, for who watches.
};

// Makes a projection follow the outbox. It takes the events after its own position, and commits;
// what the things that they name are now is for Projected to read, in one snapshot whose newest
// sequence is the version of what it writes. So events may come twice, late or in bulk, and a crash
// costs at most some work done again. A projection that is new, of another epoch or ahead of the
// outbox is built again from the truth, beside the old one, which stays until then. Tombstones go
// after seven days. What fails is tried again, less and less often. Thread-safe.
class Follower {
 public:
  // Listens for commits from here on. Start begins the thread; call both before the first write.
  // All must outlive it, and `projected` too.
  Follower(Database& database, Projected& projected, const Clock& clock, FollowerTraits traits);
  ~Follower();

  void Start();
  // Commits what was taken and ends the thread; a rebuild under way is given up. Idempotent.
  void Stop();

  // Waits until everything up to `position` is seen; false when the time is over first, or the
  // position is of another epoch.
  bool WaitFor(const Position& position, std::chrono::milliseconds timeout);

  // Builds it again from the truth while it is asked and followed, then puts the new one in its
  // place, no less far. Gives the number of rows read. After Start, on a thread of the caller's.
  // One that is being built anyway is waited for. kConflict when somebody else has it built, or
  // makes it follow; kUnavailable when called off; whatever fails leaves the old one.
  Result<std::int64_t> Rebuild(Progress& progress);

  FollowerState State() const;

 private:
  // A generation that has followed up to `reached`.
  struct Built {
    std::unique_ptr<ProjectedGeneration> generation;
    Position reached;
    std::int64_t rows = 0;
  };

  void Run(const std::stop_token& stop);
  bool Leads() const { return !traits_.leads || traits_.leads(); }
  Status CatchUp(const std::stop_token& stop);
  Status Watch();
  Status FindPosition();
  // Whether it can go on from where it is, which is published then.
  Result<bool> LookUp();
  void NoteForeign();
  void LogStandstill(const std::string& reason);
  Status SweepIfDue();
  Status CommitIfDue(bool now);
  Status CommitNow();
  void Publish();
  bool SomebodyWaits() const;  // For what is taken and not committed. Under mutex_.
  void AwaitWork(const std::stop_token& stop, std::chrono::milliseconds longest);
  void AwaitAsker(const std::stop_token& stop);

  // One batch of events after `position`, which moves. False when it has met the head.
  template <typename Target>
  Result<bool> Advance(Target& target, Position& position);

  Result<Built> Build(Progress& progress);
  Result<Built> BuildBeside(Progress& progress);
  Status TakeOver(Built& built);
  Status TakeOverWhatWaits();
  Status AwaitPosition(Progress& progress);
  Result<std::int64_t> HandOver(Built built, Progress& progress);
  std::int64_t Builds() const;
  tl::unexpected<Error> CalledOff() const;
  tl::unexpected<Error> AnotherLeads() const;

  Database& database_;
  Projected& projected_;
  const Clock& clock_;
  const FollowerTraits traits_;

  // Of the thread alone, once it runs.
  Continuity continuity_;
  bool positioned_ = false;
  Position taken_;
  bool dirty_ = false;
  std::string told_failure_;  // In the log, so that it is not told each time.
  std::chrono::steady_clock::time_point last_commit_;
  std::chrono::steady_clock::time_point next_sweep_;

  mutable std::mutex mutex_;
  std::condition_variable_any work_;   // Head moved, or somebody waits for something.
  std::condition_variable_any moved_;  // More is seen, or a generation was taken over.
  FollowerState state_;
  std::string epoch_;
  std::multiset<std::int64_t> awaited_;  // Sequences that somebody waits for.
  std::optional<Built> waiting_;         // Handed over to the thread,
  std::optional<Status> taken_over_;     // and what became of it.
  std::int64_t builds_ = 0;              // That were put in place.
  std::atomic<bool> stopping_ = false;

  std::jthread thread_;                     // These last: they end before what
  CommitHooks::Subscription subscription_;  // they use goes.
};

}  // namespace heirloom
