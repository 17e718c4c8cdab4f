#include "appliance/wiring/scheduler_role.h"

#include <array>
#include <utility>

#include "appliance/idempotency/idempotency.h"

namespace heirloom {
namespace {

constexpr std::int64_t kRequestsSweptAtOnce = 10'000;

}  // namespace

SchedulerRole::SchedulerRole(Core& core, Events& events, BlobStore& blobs,
                             std::function<std::int64_t()> followed_up_to)
    : core_(core),
      events_(events),
      followed_up_to_(std::move(followed_up_to)),
      copies_(*core.database, core.platform->clock),
      legacy_bin_(*core.database, core.platform->clock),
      bin_(*core.database, core.platform->clock),
      uploads_(blobs, core.platform->clock) {}

Status SchedulerRole::Housekeep() {
  Status trouble;
  for (Status done :
       std::array{copies_.Housekeep(), legacy_bin_.Housekeep(), bin_.Housekeep(), SweepRequests(),
                  events_.Sweep(followed_up_to_()), events_.Count(), uploads_.Housekeep()}) {
    if (!done && trouble) trouble = std::move(done);
  }
  return trouble;
}

Status SchedulerRole::SweepRequests() {
  const auto swept = core_.database->Write([this](Transaction& tx) -> Status {
    const auto some = idempotency::Sweep(tx, core_.platform->clock.Now(), kRequestsSweptAtOnce);
    if (!some) return ErrorOf(some);
    return {};
  });
  if (!swept) return ErrorOf(swept);
  return {};
}

}  // namespace heirloom
