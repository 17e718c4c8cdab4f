#include "appliance/wiring/remote_search.h"

#include <utility>

#include "index/opensearch/opensearch_chunks.h"
#include "index/opensearch/opensearch_index.h"

namespace heirloom {
namespace {

std::unique_ptr<HttpClient> ClientFor(const Config::OpenSearch& config, const RemoteWorld& world) {
  RemoteOptions options;
  options.name = "search";
  std::unique_ptr<RequestSigner> signer;
  if (config.token.IsSet()) {
    signer = MakeBearerSigner(config.token);
  } else if (!config.user.empty()) {
    signer = MakeBasicSigner(config.user, config.password);
  }
  return MakeRemoteService(std::move(options), config.ca_file.string(), std::move(signer), world);
}

OpenSearchOptions OptionsOf(const Config::OpenSearch& config) {
  return {.url = config.url, .prefix = config.prefix};
}

std::unique_ptr<RemoteSearchIndex> Stories(const Config::OpenSearch& config,
                                           const RemoteWorld& world) {
  return OpenOpenSearchIndex(OptionsOf(config), ClientFor(config, world), world.pauses);
}

std::unique_ptr<RemoteChunkIndex> Chunks(const Config::OpenSearch& config,
                                         const RemoteWorld& world) {
  return OpenOpenSearchChunks(OptionsOf(config), ClientFor(config, world), world.pauses,
                              world.clock);
}

}  // namespace

std::unique_ptr<SearchIndex> OpenRemoteSearch(const Config::OpenSearch& config,
                                              const RemoteWorld& world) {
  return Stories(config, world);
}

std::unique_ptr<ChunkIndex> OpenRemoteChunks(const Config::OpenSearch& config,
                                             const RemoteWorld& world) {
  return Chunks(config, world);
}

Status ProvisionSearch(const Config& config, const RemoteWorld& world) {
  if (!config.index.opensearch) return {};
  const auto stories = Stories(*config.index.opensearch, world);
  if (Status made = stories->Provision(); !made) return made;
  if (config.index.embedder == Config::Index::EmbedderKind::kNone) return {};
  return Chunks(*config.index.opensearch, world)->Provision();
}

}  // namespace heirloom
