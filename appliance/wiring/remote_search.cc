#include "appliance/wiring/remote_search.h"

#include <string>
#include <utility>

#include "appliance/wiring/aws_keys.h"
#include "index/opensearch/opensearch_chunks.h"
#include "index/opensearch/opensearch_index.h"

namespace heirloom {
namespace {

// AWS's name for OpenSearch. Its Serverless ("aoss") has neither refreshing nor all of the rest
// that the index needs.
constexpr char kAwsService[] = "es";

// Who asks, and where that is written.
Result<std::unique_ptr<RequestSigner>> SignerFor(const Config::OpenSearch& config,
                                                 const RemoteWorld& world, std::string& setting) {
  if (config.aws) {
    setting = "index.search_credentials and the keys that it names";
    aws::SigningScope scope{config.aws->region, kAwsService};
    scope.payload_header = true;  // Covers the body wherever it is looked at.
    return MakeAwsSigner(config.aws->keys, "index.search_credentials", std::move(scope), world);
  }
  if (config.token.IsSet()) {
    setting = "index.search_token_file";
    return MakeBearerSigner(config.token);
  }
  setting = "index.search_user and index.search_password_file";
  if (!config.user.empty()) return MakeBasicSigner(config.user, config.password);
  return std::unique_ptr<RequestSigner>();
}

Result<std::unique_ptr<HttpClient>> ClientFor(const Config::OpenSearch& config,
                                              const RemoteWorld& world) {
  RemoteOptions options;
  options.name = "search";
  options.trust_setting = "index.search_ca_file";
  auto signer = SignerFor(config, world, options.access_setting);
  if (!signer) return ErrorOf(signer);
  return MakeRemoteService(std::move(options), config.ca_file.string(), std::move(*signer), world);
}

OpenSearchOptions OptionsOf(const Config::OpenSearch& config) {
  return {.url = config.url, .prefix = config.prefix};
}

Result<std::unique_ptr<RemoteSearchIndex>> Stories(const Config::OpenSearch& config,
                                                   const RemoteWorld& world) {
  auto client = ClientFor(config, world);
  if (!client) return ErrorOf(client);
  return OpenOpenSearchIndex(OptionsOf(config), std::move(*client), world.pauses);
}

Result<std::unique_ptr<RemoteChunkIndex>> Chunks(const Config::OpenSearch& config,
                                                 const RemoteWorld& world) {
  auto client = ClientFor(config, world);
  if (!client) return ErrorOf(client);
  return OpenOpenSearchChunks(OptionsOf(config), std::move(*client), world.pauses, world.clock);
}

}  // namespace

Result<std::unique_ptr<SearchIndex>> OpenRemoteSearch(const Config::OpenSearch& config,
                                                      const RemoteWorld& world) {
  return Stories(config, world);
}

Result<std::unique_ptr<ChunkIndex>> OpenRemoteChunks(const Config::OpenSearch& config,
                                                     const RemoteWorld& world) {
  return Chunks(config, world);
}

Status ProvisionSearch(const Config& config, const RemoteWorld& world) {
  if (!config.index.opensearch) return {};
  const auto stories = Stories(*config.index.opensearch, world);
  if (!stories) return ErrorOf(stories);
  if (Status made = (*stories)->Provision(); !made) return made;
  if (config.index.embedder == Config::Index::EmbedderKind::kNone) return {};
  const auto chunks = Chunks(*config.index.opensearch, world);
  return chunks ? (*chunks)->Provision() : Status(ErrorOf(chunks));
}

}  // namespace heirloom
