#pragma once

#include <functional>
#include <memory>

#include "appliance/base/result.h"
#include "appliance/operations/commands.h"
#include "appliance/wiring/config.h"
#include "appliance/wiring/core.h"
#include "appliance/wiring/events.h"
#include "storage/blob_store.h"

namespace heirloom {

// What a move takes from. The functions are called when there is one.
struct PromotionSource {
  const Config& config;
  Core& core;
  std::function<Result<BlobStore*>()> blobs;
  std::function<Result<Events*>()> events;
};

// "promote" {"to":FILE,"drain_seconds":n,"leave_events":bool,"leave_vectors":bool}: moves the
// installation to the one that FILE configures (appliance/promotion), and builds there what is made
// from the truth. FILE is absolute; the environment adds nothing to it. Gives
// {"rows","tables","blobs","bytes","stories"}, or {"before":true} when the move had come to its end
// before. "promote give up" {}: opens the installation again. What is passed must outlive the
// commands.
void AddPromotion(Commands& commands, PromotionSource source);

}  // namespace heirloom
