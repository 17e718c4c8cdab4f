// What the parts of the GraphStore contract share.

#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/graph_store.h"

namespace heirloom::contract {

inline const GraphSpace kSpace{"tenant-a", "legacy-1"};

inline PutNode Node(const std::string& id, std::int64_t version, const std::string& type = "Story",
                    GraphProperties properties = {}, const GraphSpace& space = kSpace) {
  return {space, {id, type, std::move(properties)}, version};
}
inline PutEdge Edge(const std::string& from, const std::string& to, std::int64_t version,
                    const std::string& type = "mentions", GraphProperties properties = {},
                    const GraphSpace& space = kSpace) {
  return {space, {from, "Story", type, to, "Story", std::move(properties)}, version};
}
inline DropNode NoNode(const std::string& id, std::int64_t version, std::int64_t at = 0) {
  return {kSpace, id, version, at};
}
inline DropEdge NoEdge(const std::string& from, const std::string& to, std::int64_t version,
                       std::int64_t at = 0, const std::string& type = "mentions") {
  return {kSpace, from, type, to, version, at};
}

// A graph with a caller that counts its outbox.
class GraphBench {
 public:
  explicit GraphBench(std::unique_ptr<GraphStore> store) : store_(std::move(store)) {}

  GraphStore& Store() { return *store_; }

  void Apply(const std::vector<GraphOperation>& operations) {
    const Status applied = store_->Apply(operations, {"epoch", ++sequence_});
    INFO((applied ? "" : applied.error().message));
    REQUIRE(applied);
  }

  bool Has(const std::string& id, const GraphSpace& space = kSpace) {
    return store_->Node(space, id).value().has_value();
  }

  NeighbourPage Page(const NeighbourQuery& query) {
    auto page = store_->Neighbours(query);
    INFO((page ? "" : page.error().message));
    REQUIRE(page);
    return std::move(*page);
  }
  // "a>b" for an edge from a to b.
  std::vector<std::string> Edges(const NeighbourQuery& query) {
    std::vector<std::string> edges;
    for (const GraphEdge& edge : Page(query).edges) edges.push_back(edge.from + ">" + edge.to);
    return edges;
  }
  std::vector<std::string> Edges(const std::string& id, const GraphSpace& space = kSpace) {
    NeighbourQuery query;
    query.space = space;
    query.node = id;
    query.limit = kMaxGraphPage;
    return Edges(query);
  }

  static TraverseQuery From(const std::string& id, int depth = 3) {
    TraverseQuery query;
    query.space = kSpace;
    query.start = id;
    query.depth = depth;
    return query;
  }
  Walk Walked(const TraverseQuery& query, const MayWalk& may_walk = nullptr) {
    auto walk = store_->Traverse(query, may_walk);
    INFO((walk ? "" : walk.error().message));
    REQUIRE(walk);
    return std::move(*walk);
  }
  static std::vector<std::string> Ids(const std::vector<WalkedNode>& nodes) {
    std::vector<std::string> ids;
    for (const WalkedNode& node : nodes) ids.push_back(node.id);
    return ids;
  }
  std::vector<std::string> Around(const TraverseQuery& query, const MayWalk& may_walk = nullptr) {
    return Ids(Walked(query, may_walk).nodes);
  }

  static PathQuery Between(const std::string& from, const std::string& to) {
    PathQuery query;
    query.space = kSpace;
    query.from = from;
    query.to = to;
    return query;
  }
  std::vector<std::string> Way(const PathQuery& query, const MayWalk& may_walk = nullptr) {
    const auto path = store_->Path(query, may_walk);
    INFO((path ? "" : path.error().message));
    REQUIRE(path);
    return Ids(path->nodes);
  }

  std::vector<ScannedItem> Everything(std::size_t page = 1000) {
    std::vector<ScannedItem> items;
    std::string after;
    do {
      auto scanned = store_->Scan(after, page);
      INFO((scanned ? "" : scanned.error().message));
      REQUIRE(scanned);
      CHECK(scanned->items.size() <= page);
      items.insert(items.end(), scanned->items.begin(), scanned->items.end());
      after = scanned->next;
    } while (!after.empty());
    return items;
  }

 private:
  std::unique_ptr<GraphStore> store_;
  std::int64_t sequence_ = 0;
};

using Names = std::vector<std::string>;

}  // namespace heirloom::contract
