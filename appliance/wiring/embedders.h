#pragma once

#include <memory>

#include "appliance/base/result.h"
#include "appliance/wiring/config.h"
#include "index/embedder.h"
#include "storage/remote/remote_service.h"

namespace heirloom {

// What the configuration names; null where it names none. Asks nobody and loads nothing: a model
// that is missing, or a server that is down, shows when it is first used. `remote` must outlive it.
Result<std::unique_ptr<Embedder>> OpenEmbedder(const Config& config, const RemoteWorld& remote);

}  // namespace heirloom
