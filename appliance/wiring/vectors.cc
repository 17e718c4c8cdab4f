#include "appliance/wiring/vectors.h"

#include <system_error>
#include <utility>

#include "appliance/wiring/remote_search.h"
#include "index/faiss/faiss_index.h"

namespace heirloom {
namespace {

Result<std::unique_ptr<ChunkIndex>> OpenChunks(const Config& config, const RemoteWorld& world) {
  if (config.index.opensearch) return OpenRemoteChunks(*config.index.opensearch, world);
  std::error_code failed;
  std::filesystem::create_directories(config.index.vectors_file.parent_path(), failed);
  return OpenFaissIndex({.file = config.index.vectors_file}, world.clock);
}

}  // namespace

Result<Vectors> OpenVectors(const Config& config, const RemoteWorld& world) {
  Vectors vectors;
  if (config.index.embedder == Config::Index::EmbedderKind::kNone) return vectors;
  auto embedder = OpenEmbedder(config, world);
  if (!embedder) return ErrorOf(embedder);
  vectors.configured = std::move(*embedder);
  auto chunks = OpenChunks(config, world);
  if (!chunks) return ErrorOf(chunks);
  vectors.chunks = std::move(*chunks);
  vectors.index = std::make_unique<EmbeddingIndex>(*vectors.chunks, *vectors.embedder());
  return vectors;
}

IndexerTraits TraitsOfVectors(const Config& config, std::function<bool()> leads) {
  return {.name = "index of vectors",
          .thread = "embedding",
          .events_at_once = 16,
          .in_background = true,
          .alone = !config.index.opensearch,
          .leads = std::move(leads)};
}

}  // namespace heirloom
