#include "appliance/wiring/vectors.h"

#include <system_error>
#include <utility>

#include "index/faiss/faiss_index.h"
#include "index/minilm/minilm_embedder.h"

namespace heirloom {

Result<Vectors> OpenVectors(const Config& config, const Clock& clock) {
  Vectors vectors;
  if (config.index.embedder == Config::Index::EmbedderKind::kNone) return vectors;
  vectors.embedder = OpenMiniLm({.folder = config.index.minilm_folder});
  std::error_code failed;
  std::filesystem::create_directories(config.index.vectors_file.parent_path(), failed);
  auto chunks = OpenFaissIndex({.file = config.index.vectors_file}, clock);
  if (!chunks) return ErrorOf(chunks);
  vectors.chunks = std::move(*chunks);
  vectors.index = std::make_unique<EmbeddingIndex>(*vectors.chunks, *vectors.embedder);
  return vectors;
}

IndexerTraits TraitsOfVectors() {
  return {.name = "index of vectors",
          .thread = "embedding",
          .events_at_once = 16,
          .in_background = true};
}

}  // namespace heirloom
