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
  if (!stores || !HasGraph(config_)) return stores;
  auto graph = OpenGraphStore(config_, core_->platform->remote);
  if (!graph) return ErrorOf(graph);
  graph_ = std::move(*graph);
  stores->graph = graph_.get();
  return stores;
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
  if (!std::filesystem::exists(config_.index.vectors_file, failed)) {
    return OpenStores{*core, *index};
  }
  auto vectors = OpenVectors(config_, (*core)->platform->remote);
  if (!vectors) return ErrorOf(vectors);
  vectors_ = std::move(*vectors);
  return OpenStores{*core, *index, vectors_.index.get()};
}

}  // namespace heirloom
