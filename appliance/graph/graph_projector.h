#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/progress.h"
#include "appliance/domain/position.h"
#include "appliance/graph/graph_projection.h"
#include "appliance/projection/continuity.h"
#include "storage/database.h"
#include "storage/graph_store.h"

namespace heirloom {

// How far the graph has followed the truth.
struct GraphState {
  std::int64_t head = 0;     // Newest event that was heard of.
  std::int64_t reached = 0;  // What the graph shows.
  bool rebuilding = false;   // A new generation is being built beside the one that is asked.
  // The graph says nothing of this database as it is: not opened yet, new, of another epoch, or
  // ahead of it. It must not be asked then.
  bool foreign = true;
  std::string failure;  // Why it stands still; empty while it goes.
};

// Makes the graph follow the outbox. It reads which things changed, then what they are now and the
// newest sequence in one snapshot; that sequence is the version of what it writes. So events may
// come twice, late or in bulk, and a crash costs at most some work done again. A graph that is new,
// of another epoch or ahead of the outbox is built again from the truth before it is asked.
// Tombstones go after seven days. Thread-safe.
class GraphProjector {
 public:
  using Open = std::function<Result<std::unique_ptr<GraphStore>>()>;

  // Listens for commits from here on; call it and Start before the first write. The graph
  // is opened by the thread that Start begins, again and again while that fails: nothing else waits
  // for it.
  // `alone`: nobody else makes this graph follow. `leads`: whether this process makes it follow
  // just now, asked often and from any thread; while it does not, its thread looks up how far
  // others have brought it. Empty: always.
  GraphProjector(Database& database, Open open, const Clock& clock, bool alone = true,
                 std::function<bool()> leads = {});
  ~GraphProjector();

  void Start();
  // Ends the thread; a rebuild under way is given up. Idempotent.
  void Stop();

  // Waits until the graph shows everything up to `position`; false when the time is over first, or
  // the position is of another epoch.
  bool WaitFor(const Position& position, std::chrono::milliseconds timeout);

  // The graph; kUnavailable while it is not open. It lives as long as this.
  Result<GraphStore*> Store() const;

  // Builds the graph again from the truth while it is asked and followed, then puts the new one in
  // its place, no less far. Gives the number of rows read. After Start, on a thread of the
  // caller's. One that is being built anyway is waited for. kConflict when somebody else has it
  // built, or makes it follow; kUnavailable when called off; whatever fails leaves the old one.
  Result<std::int64_t> Rebuild(Progress& progress);

  GraphState State() const;

 private:
  void Run(const std::stop_token& stop);
  bool Leads() const { return !leads_ || leads_(); }
  Status CatchUp(const std::stop_token& stop);
  Status Watch();
  void NoteForeign();
  Result<bool> FollowSome();  // False when it has met the head.
  Status OpenStore();
  Status FindPosition();
  Result<std::int64_t> Build(Progress& progress);
  void NoteBuilt(bool in_place);
  Status FollowUntilHead(const GraphProjection::Take& take, Position& position, Progress& progress);
  // One batch of events after `position`, which moves. False when it has met the head.
  Result<bool> Advance(const GraphProjection::Take& take, Position& position);
  Status SweepIfDue();
  void Publish(const Position& reached);
  Result<std::int64_t> AwaitPosition(Progress& progress);  // How often it was built until then.
  void AwaitWork(const std::stop_token& stop, std::chrono::milliseconds longest, bool leads);

  Database& database_;
  const Open open_;
  GraphProjection projection_;
  const Clock& clock_;
  const std::function<bool()> leads_;

  // Of the thread alone, once it runs.
  Continuity continuity_;
  bool positioned_ = false;
  std::chrono::steady_clock::time_point next_sweep_;

  // Held while the graph that is asked is written to or exchanged; so `reached_` is where it is.
  std::mutex following_;
  Position reached_;

  mutable std::mutex mutex_;
  std::condition_variable_any work_;   // Head moved.
  std::condition_variable_any moved_;  // The graph shows more, or something failed.
  std::unique_ptr<GraphStore> store_;  // Set once.
  GraphState state_;
  std::string epoch_;
  std::int64_t builds_ = 0;  // That were put in place.
  std::atomic<bool> stopping_ = false;

  std::jthread thread_;                     // These last: they end before what
  CommitHooks::Subscription subscription_;  // they use goes.
};

}  // namespace heirloom
