#include "appliance/wiring/vectors.h"

#include <system_error>
#include <utility>

#include "index/faiss/faiss_index.h"

namespace heirloom {

Result<Vectors> OpenVectors(const Config& config, const RemoteWorld& world) {
  Vectors vectors;
  if (config.index.embedder == Config::Index::EmbedderKind::kNone) return vectors;
  auto embedder = OpenEmbedder(config, world);
  if (!embedder) return ErrorOf(embedder);
  vectors.configured = std::move(*embedder);
  std::error_code failed;
  std::filesystem::create_directories(config.index.vectors_file.parent_path(), failed);
  auto chunks = OpenFaissIndex({.file = config.index.vectors_file}, world.clock);
  if (!chunks) return ErrorOf(chunks);
  vectors.chunks = std::move(*chunks);
  vectors.index = std::make_unique<EmbeddingIndex>(*vectors.chunks, *vectors.embedder());
  return vectors;
}

IndexerTraits TraitsOfVectors() {
  return {.name = "index of vectors",
          .thread = "embedding",
          .events_at_once = 16,
          .in_background = true};
}

}  // namespace heirloom
