#include "appliance/wiring/indexer_lease.h"

#include <chrono>
#include <string>
#include <utility>

namespace heirloom {
namespace {

constexpr char kName[] = "indexer";
constexpr std::chrono::seconds kWait{15};

}  // namespace

std::unique_ptr<Leadership> MakeIndexerLease(const Config& config, Core& core,
                                             std::function<std::int64_t()> position) {
  return std::make_unique<Leadership>(LeadershipOptions{.database = *core.bookkeeping,
                                                        .clock = core.platform->clock,
                                                        .random = core.platform->random,
                                                        .name = kName,
                                                        .position = std::move(position),
                                                        .alone = !config.storage.postgres});
}

Result<std::unique_ptr<Leadership>> TakeIndexerLease(const Config& config, Core& core) {
  auto lease = MakeIndexerLease(config, core, [] { return std::int64_t{0}; });
  lease->Start();
  if (lease->Await(kWait)) return lease;
  const std::string holder = lease->Holder();
  return Fail(ErrorCode::kConflict,
              holder.empty() ? "the indexer's lease could not be had; the log says why"
                             : "process " + holder +
                                   " makes search and graph follow: run this with the --data-dir "
                                   "of that process");
}

}  // namespace heirloom
