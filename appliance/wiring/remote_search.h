#pragma once

#include <memory>

#include "appliance/base/result.h"
#include "appliance/wiring/config.h"
#include "index/chunk_index.h"
#include "index/search_index.h"
#include "storage/remote/remote_service.h"

namespace heirloom {

// What lies in OpenSearch: stories by their words, and their passages by meaning. Opening asks
// nothing; kInvalidArgument when it signs with keys that a cluster lends, and none does. `world`
// must outlive what is opened.
Result<std::unique_ptr<SearchIndex>> OpenRemoteSearch(const Config::OpenSearch& config,
                                                      const RemoteWorld& world);
Result<std::unique_ptr<ChunkIndex>> OpenRemoteChunks(const Config::OpenSearch& config,
                                                     const RemoteWorld& world);

// Makes its indexes and their templates, where the configuration names one. Idempotent.
Status ProvisionSearch(const Config& config, const RemoteWorld& world);

}  // namespace heirloom
