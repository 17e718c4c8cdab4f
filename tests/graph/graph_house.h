#pragma once

#include <memory>
#include <set>
#include <string>

#include "appliance/graph/graph_projector.h"
#include "appliance/legacies/legacy_bin_service.h"
#include "storage/rocksdb/rocksdb_graph_store.h"
#include "tests/support/household.h"

namespace heirloom::testing {

// A house with its graph, which follows by itself, as in the daemon.
struct GraphHouse : Household {
  LegacyBinService legacy_bin{*database, clock};
  std::unique_ptr<GraphProjector> projector = Projector();
  Principal ada = Person("ada");
  Id legacy = LegacyOf(ada);

  GraphHouse() { projector->Start(); }

  std::unique_ptr<GraphProjector> Projector() {
    return std::make_unique<GraphProjector>(
        *database, [this] { return OpenRocksDbGraphStore({.directory = folder / "graph"}); },
        clock);
  }
  void StartAgain() {
    projector.reset();
    projector = Projector();
    projector->Start();
  }

  Position Head() {
    return ReadOne(*database, [](Reader& reader) { return reader.Head(); }).value();
  }
  void CatchUp() {
    if (!projector->WaitFor(Head(), std::chrono::seconds(60))) Panic("the graph does not follow");
  }
  GraphStore& Graph() {
    CatchUp();
    return *projector->Store().value();
  }

  // "from type to" of what is around a node, with the role or status.
  std::set<std::string> Around(const Id& legacy_id, const Id& id) {
    std::set<std::string> edges;
    NeighbourQuery query{
        {std::string(kDefaultTenant), legacy_id}, id, GraphDirection::kBoth, {}, kMaxGraphPage, ""};
    const NeighbourPage page = Graph().Neighbours(query).value();
    for (const GraphEdge& edge : page.edges) {
      std::string text = edge.from + " " + edge.type + " " + edge.to;
      for (const auto& [name, value] : edge.properties) text += " " + std::get<std::string>(value);
      edges.insert(text);
    }
    return edges;
  }
  std::optional<GraphNode> Node(const Id& legacy_id, const Id& id) {
    return Graph().Node({std::string(kDefaultTenant), legacy_id}, id).value();
  }
  std::size_t Items() { return Graph().Scan("", 10'000)->items.size(); }
};

}  // namespace heirloom::testing
