// What all GraphStores check and compute alike, so that none differs from another in it.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "storage/graph_store.h"

namespace heirloom::graph {

// Against the limits of the port. kInvalidArgument says what is wrong.
Status CheckOperations(const std::vector<GraphOperation>& operations);
Status CheckSpace(const GraphSpace& space);
Status CheckId(std::string_view id);
Status Check(const NeighbourQuery& query);
Status Check(const TraverseQuery& query);
Status Check(const PathQuery& query);
Status CheckScanLimit(std::size_t limit);

// What a batch says of one key, whatever the order of its operations: the newest put, and the
// newest drop. -1: none.
inline constexpr std::int64_t kNever = -1;
struct Dropped {
  std::int64_t version = kNever;
  std::int64_t at = 0;
};
struct NodeChange {
  const PutNode* put = nullptr;
  Dropped drop;
};
struct EdgeChange {
  const PutEdge* put = nullptr;
  Dropped drop;
};
struct NodeKey {
  GraphSpace space;
  Id id;
  friend auto operator<=>(const NodeKey&, const NodeKey&) = default;
};
struct EdgeKey {
  GraphSpace space;
  Id from;
  std::string type;
  Id to;
  friend auto operator<=>(const EdgeKey&, const EdgeKey&) = default;
};
// Points into the operations.
struct Changes {
  std::map<NodeKey, NodeChange> nodes;
  std::map<EdgeKey, EdgeChange> edges;
};
Changes FoldOperations(const std::vector<GraphOperation>& operations);

// Where a page of neighbours goes on: after this edge.
struct NeighbourPlace {
  bool incoming = false;
  std::string type;
  Id other;
};
std::string WriteCursor(const NeighbourPlace& place);
// kInvalidArgument when it is none.
Result<NeighbourPlace> ReadCursor(std::string_view cursor);

}  // namespace heirloom::graph
