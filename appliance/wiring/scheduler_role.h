#pragma once

#include <cstdint>
#include <functional>

#include "appliance/base/result.h"
#include "appliance/legacies/legacy_bin_service.h"
#include "appliance/operations/upload_sweeper.h"
#include "appliance/stories/bin_service.h"
#include "appliance/stories/working_copy_service.h"
#include "appliance/wiring/core.h"
#include "appliance/wiring/events.h"
#include "storage/blob_store.h"

namespace heirloom {

// What has to be done again and again in the database and the blob store, whoever else runs. Doing
// it twice at the same time does no harm.
class SchedulerRole {
 public:
  // `followed_up_to`: what the projections of this process have seen of the outbox. What is passed
  // must outlive it.
  SchedulerRole(Core& core, Events& events, BlobStore& blobs,
                std::function<std::int64_t()> followed_up_to);

  // One room's trouble does not keep the others waiting; the first is given.
  Status Housekeep();

 private:
  Status SweepRequests();

  Core& core_;
  Events& events_;
  const std::function<std::int64_t()> followed_up_to_;
  WorkingCopyService copies_;
  LegacyBinService legacy_bin_;
  BinService bin_;
  UploadSweeper uploads_;
};

}  // namespace heirloom
