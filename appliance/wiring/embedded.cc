#include "appliance/wiring/embedded.h"

#include "appliance/wiring/remote_search.h"
#include "index/xapian/xapian_index.h"

namespace heirloom {
Result<std::unique_ptr<SearchIndex>> OpenSearchIndex(const Config& config,
                                                     const RemoteWorld& remote) {
  if (config.index.opensearch) return OpenRemoteSearch(*config.index.opensearch, remote);
  return OpenXapianIndex({.directory = config.index.xapian_folder});
}

}  // namespace heirloom
