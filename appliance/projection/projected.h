#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/result.h"
#include "appliance/domain/event.h"
#include "appliance/domain/position.h"

namespace heirloom {

// A new generation of what is projected, filled beside the one that is asked. Of one thread at a
// time; destroying it gives it up, unless it was adopted. After a failure nothing else is asked.
class ProjectedGeneration {
 public:
  virtual ~ProjectedGeneration() = default;

  // Takes all there is; what changes meanwhile comes again, by Take, as events after `head`. `show`
  // is told how many rows were read, and says whether to go on.
  using Show = std::function<Status(std::int64_t read)>;
  virtual Status Fill(const Position& head, const Show& show) = 0;
  // What the things that `events` name are now. `before` and `after` are where they begin and end.
  virtual Status Take(const std::vector<StoredEvent>& events, const Position& before,
                      const Position& after) = 0;
  // Makes what was taken durable, where Adopt does not.
  virtual Status Settle() = 0;
  // Puts it in the place of the one that is asked, in one step. Once, and on the thread that all of
  // Projected is called on.
  virtual Status Adopt(const Position& reached) = 0;
};

// What a Follower makes follow the outbox: how events are applied to an index or a graph. Called on
// the follower's thread, but for StartGeneration and Count, which are called on any.
class Projected {
 public:
  virtual ~Projected() = default;

  // Before all else, again and again while it fails, and each time it begins anew: does nothing
  // when there is nothing to open.
  virtual Status Open() = 0;
  // Up to where it is durable and seen; nullopt when it is new.
  virtual Result<std::optional<Position>> Reached() const = 0;
  // As that of a generation. Seen with the next Commit, if not at once.
  virtual Status Take(const std::vector<StoredEvent>& events, const Position& before,
                      const Position& after) = 0;
  // Makes what was taken durable and seen; nothing where Take does.
  virtual Status Commit() = 0;
  // Takes away some tombstones from before `before` that `passed` has passed by; how many.
  virtual Result<std::size_t> Sweep(Time before, std::int64_t passed) = 0;

  virtual Result<std::unique_ptr<ProjectedGeneration>> StartGeneration() = 0;
  // How many rows filling a generation reads at most, as things stand.
  virtual Result<std::int64_t> Count() = 0;
};

}  // namespace heirloom
