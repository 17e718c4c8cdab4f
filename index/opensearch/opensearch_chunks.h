#pragma once

#include <memory>

#include "appliance/base/clock.h"
#include "index/chunk_index.h"
#include "index/opensearch/opensearch_index.h"
#include "storage/remote/http_client.h"
#include "storage/remote/retry.h"

namespace heirloom {

// ChunkIndex in an OpenSearch cluster with the k-NN plugin, 2.19 or later; its pure-Java part is
// enough. Opening asks nothing. Its indexes are PREFIX-chunks-v1-… and PREFIX-vectors-v1-….
//
// Several processes may ask one index, and hear of another's new generation at once; one at a time
// may write to it and build generations.
class RemoteChunkIndex : public ChunkIndex {
 public:
  // Makes what needs rights that the daemon may do without: the templates, and the index of what is
  // remembered. Idempotent.
  virtual Status Provision() = 0;
};

// `client` brings what the cluster wants to see of who asks. `pauses` and `clock` must outlive the
// index.
std::unique_ptr<RemoteChunkIndex> OpenOpenSearchChunks(const OpenSearchOptions& options,
                                                       std::unique_ptr<HttpClient> client,
                                                       Pauses& pauses, const Clock& clock);

}  // namespace heirloom
