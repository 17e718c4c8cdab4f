#pragma once

#include <memory>
#include <string>

#include "appliance/base/result.h"
#include "appliance/wiring/config.h"
#include "index/search_index.h"
#include "storage/remote/remote_service.h"

namespace heirloom {

// The adapters whose stores lie in the data directory. The caller holds its lock. What is passed
// must outlive what is opened.
Result<std::unique_ptr<SearchIndex>> OpenSearchIndex(const Config& config,
                                                     const RemoteWorld& remote);

}  // namespace heirloom
