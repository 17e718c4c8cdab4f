#pragma once

#include <functional>
#include <memory>

#include "appliance/base/result.h"
#include "appliance/search/embedding_index.h"
#include "appliance/search/indexer.h"
#include "appliance/wiring/config.h"
#include "appliance/wiring/embedders.h"
#include "index/chunk_index.h"
#include "index/embedder.h"
#include "storage/remote/remote_service.h"

namespace heirloom {

// What search by meaning is made of; nothing where the configuration switches it off.
struct Vectors {
  ConfiguredEmbedder configured;
  std::unique_ptr<ChunkIndex> chunks;
  std::unique_ptr<EmbeddingIndex> index;  // Of both.

  Embedder* embedder() const { return configured.embedder.get(); }
  bool on() const { return index != nullptr; }
};

// Opens what the configuration names. The caller holds the data directory's lock. A model that is
// missing is no failure: it is looked for when it is needed. `world` must outlive what is opened.
Result<Vectors> OpenVectors(const Config& config, const RemoteWorld& world);

// How the indexer that keeps them differs from the one of words. `leads`: as in IndexerTraits.
IndexerTraits TraitsOfVectors(const Config& config, std::function<bool()> leads = {});

}  // namespace heirloom
