#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "appliance/base/clock.h"
#include "appliance/base/progress.h"
#include "appliance/domain/position.h"
#include "appliance/projection/follower.h"
#include "storage/database.h"
#include "storage/graph_store.h"

namespace heirloom {

using GraphState = FollowerState;

// Makes the graph follow the outbox, as a Follower does: what an event or the whole truth becomes
// there is GraphProjection's. A graph that says nothing of this database must not be asked until it
// is built again. Thread-safe.
class GraphProjector {
 public:
  using Open = std::function<Result<std::unique_ptr<GraphStore>>()>;

  // Listens for commits from here on; call it and Start before the first write. The graph
  // is opened by the thread that Start begins, again and again while that fails: nothing else waits
  // for it. `alone` and `leads`: as in FollowerTraits.
  GraphProjector(Database& database, Open open, const Clock& clock, bool alone = true,
                 std::function<bool()> leads = {});
  ~GraphProjector();

  // The graph; kUnavailable while it is not open. It lives as long as this.
  Result<GraphStore*> Store() const;

  // As those of Follower; the rows that are read are legacies, members and stories.
  void Start() { follower_.Start(); }
  void Stop() { follower_.Stop(); }
  bool WaitFor(const Position& position, std::chrono::milliseconds timeout) {
    return follower_.WaitFor(position, timeout);
  }
  Result<std::int64_t> Rebuild(Progress& progress) { return follower_.Rebuild(progress); }
  GraphState State() const { return follower_.State(); }

 private:
  class Graph;

  const std::unique_ptr<Graph> graph_;
  Follower follower_;  // Last: its thread ends before what it uses goes.
};

}  // namespace heirloom
