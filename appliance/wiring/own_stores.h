#pragma once

#include <memory>

#include "appliance/base/result.h"
#include "appliance/wiring/blobs.h"
#include "appliance/wiring/config.h"
#include "appliance/wiring/core.h"
#include "appliance/wiring/doctor.h"
#include "appliance/wiring/vectors.h"
#include "index/search_index.h"
#include "storage/graph_store.h"

namespace heirloom {

// What a command needs of the stores where nothing has them open, opened when it asks. The caller
// holds the data directory's lock. Of one thread.
class OwnStores {
 public:
  // `config`, and `core` when there is one open already, must outlive it.
  explicit OwnStores(const Config& config, Core* core = nullptr) : config_(config), core_(core) {}

  Result<Core*> OpenCore();
  // Does not make an index, a graph or a blob store where there is none. With a core that was open
  // already, its daemon has the blobs open too, and they are not among what this gives.
  Result<OpenStores> OpenForDoctor();

 private:
  Result<SearchIndex*> OpenIndex();
  Result<OpenStores> OpenIndexes();
  Status OpenGraph(OpenStores& stores);
  Status OpenBlobs(OpenStores& stores);

  const Config& config_;
  std::unique_ptr<Core> own_core_;
  Core* core_;
  std::unique_ptr<SearchIndex> index_;
  Vectors vectors_;
  std::unique_ptr<GraphStore> graph_;
  std::unique_ptr<Blobs> blobs_;
};

}  // namespace heirloom
