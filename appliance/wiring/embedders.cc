#include "appliance/wiring/embedders.h"

#include <utility>

#include "index/litellm/litellm_embedder.h"
#include "index/minilm/minilm_embedder.h"

namespace heirloom {
namespace {

Result<std::unique_ptr<Embedder>> OpenRemote(const Config::LiteLlm& config,
                                             const RemoteWorld& world) {
  RemoteOptions remote;
  remote.name = "embedder";
  remote.max_concurrent = 4;
  remote.max_wait = std::chrono::seconds(30);
  auto service = MakeRemoteService(std::move(remote), config.ca_file.string(),
                                   MakeBearerSigner(config.key), world);
  LiteLlmOptions options;
  options.url = config.url;
  options.model = config.model;
  options.max_tokens = config.max_tokens;
  auto embedder = OpenLiteLlm(std::move(options), std::move(service), world.clock);
  if (!embedder) return ErrorOf(embedder);
  return std::unique_ptr<Embedder>(std::move(*embedder));
}

}  // namespace

Result<std::unique_ptr<Embedder>> OpenEmbedder(const Config& config, const RemoteWorld& remote) {
  switch (config.index.embedder) {
    case Config::Index::EmbedderKind::kNone:
      break;
    case Config::Index::EmbedderKind::kMiniLm:
      return OpenMiniLm({.folder = config.index.minilm_folder});
    case Config::Index::EmbedderKind::kLiteLlm:
      return OpenRemote(config.index.litellm, remote);
  }
  return std::unique_ptr<Embedder>();
}

}  // namespace heirloom
