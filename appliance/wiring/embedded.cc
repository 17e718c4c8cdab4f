#include "appliance/wiring/embedded.h"

#include <utility>

#include "index/opensearch/opensearch_index.h"
#include "index/xapian/xapian_index.h"

namespace heirloom {
namespace {

std::unique_ptr<RemoteSearchIndex> OpenRemoteSearch(const Config::OpenSearch& config,
                                                    const RemoteWorld& world) {
  RemoteOptions options;
  options.name = "search";
  std::unique_ptr<RequestSigner> signer;
  if (!config.user.empty()) signer = MakeBasicSigner(config.user, config.password);
  auto client =
      MakeRemoteService(std::move(options), config.ca_file.string(), std::move(signer), world);
  return OpenOpenSearchIndex({.url = config.url, .prefix = config.prefix}, std::move(client),
                             world.pauses);
}

}  // namespace

Result<std::unique_ptr<SearchIndex>> OpenSearchIndex(const Config& config,
                                                     const RemoteWorld& remote) {
  if (config.index.opensearch) return OpenRemoteSearch(*config.index.opensearch, remote);
  return OpenXapianIndex({.directory = config.index.xapian_folder});
}

}  // namespace heirloom
