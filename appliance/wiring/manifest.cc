#include "appliance/wiring/manifest.h"

#include <string>

#include "appliance/operations/version.h"

namespace heirloom {

Manifest MakeManifest(const Config& config) {
  Manifest manifest{
      .version = std::string(Version()),
      .adapters = {{"database", config.storage.postgres ? "postgres" : "sqlite"},
                   {"search", config.index.opensearch ? "opensearch" : "xapian"}},
      .features = {"archive", "identity", "import", "legacies", "revisions", "search", "stories"}};
  if (config.index.embedder != Config::Index::EmbedderKind::kNone) {
    const bool remote = config.index.embedder == Config::Index::EmbedderKind::kLiteLlm;
    manifest.adapters.emplace("embedder", remote ? "litellm" : "minilm");
    manifest.adapters.emplace("vectors", config.index.opensearch ? "opensearch" : "faiss");
    manifest.features.emplace_back("semantic_search");
  }
  manifest.adapters.emplace("graph", config.storage.neo4j ? "neo4j" : "rocksdb");
  manifest.adapters.emplace("blobs", config.storage.bucket ? "s3" : "files");
  return manifest;
}

}  // namespace heirloom
