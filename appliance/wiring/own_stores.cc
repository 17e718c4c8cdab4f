#include "appliance/wiring/own_stores.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "appliance/wiring/embedded.h"
#include "appliance/wiring/graph.h"

namespace heirloom {

Result<Core*> OwnStores::OpenCore() {
  if (!core_) {
    auto opened = Core::Open(config_);
    if (!opened) return ErrorOf(opened);
    own_core_ = std::move(*opened);
    core_ = own_core_.get();
  }
  return core_;
}

Result<SearchIndex*> OwnStores::OpenIndex() {
  if (!index_) {
    const auto core = OpenCore();
    if (!core) return ErrorOf(core);
    auto opened = OpenSearchIndex(config_, (*core)->platform->remote);
    if (!opened) return ErrorOf(opened);
    index_ = std::move(*opened);
  }
  return index_.get();
}

Result<OpenStores> OwnStores::OpenForDoctor() {
  auto stores = OpenIndexes();
  if (!stores) return stores;
  if (Status opened = OpenGraph(*stores); !opened) return ErrorOf(opened);
  if (Status opened = OpenBlobs(*stores); !opened) return ErrorOf(opened);
  return stores;
}

Status OwnStores::OpenGraph(OpenStores& stores) {
  if (!HasGraph(config_)) return {};
  auto graph = OpenGraphStore(config_, core_->platform->remote);
  if (!graph) return ErrorOf(graph);
  graph_ = std::move(*graph);
  stores.graph = graph_.get();
  return {};
}

Status OwnStores::OpenBlobs(OpenStores& stores) {
  if (!own_core_) return {};
  std::error_code failed;
  if (!config_.storage.bucket && !std::filesystem::exists(config_.storage.blobs_folder, failed)) {
    return {};
  }
  auto blobs = Blobs::Open(config_, *core_->platform);
  if (!blobs) return ErrorOf(blobs);
  blobs_ = std::move(*blobs);
  stores.blobs = &blobs_->store();
  return {};
}

Result<OpenStores> OwnStores::OpenIndexes() {
  const auto core = OpenCore();
  if (!core) return ErrorOf(core);
  std::error_code failed;
  if (!config_.index.opensearch && !std::filesystem::exists(config_.index.xapian_folder, failed)) {
    return OpenStores{*core, nullptr};
  }
  const auto index = OpenIndex();
  if (!index) return ErrorOf(index);
  if (!config_.index.opensearch && !std::filesystem::exists(config_.index.vectors_file, failed)) {
    return OpenStores{*core, *index};
  }
  auto vectors = OpenVectors(config_, (*core)->platform->remote);
  if (!vectors) return ErrorOf(vectors);
  vectors_ = std::move(*vectors);
  return OpenStores{*core, *index, vectors_.index.get()};
}

}  // namespace heirloom
