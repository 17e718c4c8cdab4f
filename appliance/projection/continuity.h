#pragma once

#include <optional>

#include "appliance/base/result.h"
#include "appliance/domain/position.h"
#include "storage/database.h"

namespace heirloom {

// Whether a projection can go on from where it is, or must be built again from the truth. Of one
// thread at a time.
class Continuity {
 public:
  // `alone`: nobody else makes the projection follow.
  Continuity(Database& database, bool alone) : database_(database), alone_(alone) {}

  // Before the first write of this process. What a projection shows beyond this head was written in
  // a past that is not this database's, even when writes have passed it by the time of CanGoOn: an
  // older database was put in its place by hand. Where others follow too it may be their work.
  Status Begin();

  // `reached`: where the projection is, read before this. It can go on when it is of this epoch,
  // not ahead of the truth, and every event after it is still in the outbox.
  Result<bool> CanGoOn(const std::optional<Position>& reached);

 private:
  Database& database_;
  const bool alone_;
  std::optional<Position> ceiling_;
};

}  // namespace heirloom
