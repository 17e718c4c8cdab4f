// Walks over whatever can list the edges of nodes: the one implementation of what GraphStore
// promises of Traverse and Path, so that every store walks in the same order and stops at the same
// place.

#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>

#include "storage/graph_store.h"

namespace heirloom::graph {

class EdgeSource {
 public:
  virtual ~EdgeSource() = default;

  // Edges of some nodes, node by node, in the order of Neighbours; of the direction and types that
  // the source was made for. `node` counts within `nodes`. Return false to stop. The views die with
  // the call. May give fewer than there are only when it gave at least `most`.
  using OnEdge =
      std::function<bool(std::size_t node, std::string_view other, std::string_view other_type)>;
  virtual Status Edges(std::span<const std::string_view> nodes, std::size_t most,
                       const OnEdge& on_edge) = 0;

  // How many nodes it likes to be asked about at once.
  virtual std::size_t AtOnce() const = 0;
};

// The queries were checked.
Result<Walk> Traverse(EdgeSource& source, const TraverseQuery& query, const MayWalk& may_walk);
Result<GraphPath> FindPath(EdgeSource& source, const PathQuery& query, const MayWalk& may_walk);

}  // namespace heirloom::graph
