// GraphStore is the port to a projection of what belongs to what: legacies, stories and people as
// nodes, and typed, directed edges between them. It can be thrown away and built again at any time;
// the truth is in the Database. `storage/rocksdb` keeps it in the data directory, `storage/neo4j`
// in a cluster. What every implementation promises is written as tests in
// tests/contract/graph_store_contract.cc: change promise and test together.
//
// Spaces. Every node and edge lies in one space, a legacy of a tenant. Nothing is ever found from
// another space, also where ids are the same: a person in two legacies is a node in each.
//
// Access. The store knows no readers. Who walks decides on rows of the truth: a walk asks `MayWalk`
// about nodes in batches before it shows them or walks on through them.
//
// Versions. Each operation carries the outbox sequence its state was read at, and of one key the
// newest version holds; of a put and a drop of the same version the drop. So operations may come
// twice, late, and in any order, within a batch too: the graph is the same in the end. Two puts of
// one key and version say the same. A drop leaves a tombstone, which nobody sees. Dropping a node
// drops its edges of the same or an older version too, those that come later as well. Otherwise
// nodes and edges stand on their own: an edge may come before the nodes it joins.
//
// Order is bytewise by text everywhere, so that all implementations page and walk alike.
//
// Generations. What is asked is one generation of the graph. Another can be built beside it and
// takes its place in one step, while it is asked: `StartGeneration`, fill it, `Adopt`.
//
// Thread-safe: any method, any thread. A GraphGeneration belongs to one thread at a time.
//
// Errors: kInvalidArgument for what breaks a limit below or a cursor that is none; kUnavailable
// when it cannot be reached, does not let us in or its disk refuses (later may help); kInternal for
// damaged data.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "appliance/domain/position.h"

namespace heirloom {

// Tenant and ids: 1 to 200 bytes of storable text.
struct GraphSpace {
  std::string tenant_id;
  Id legacy_id;
  friend auto operator<=>(const GraphSpace&, const GraphSpace&) = default;
};

// What little a node or edge says of itself: at most 16, names as types, text up to 1,000 bytes. No
// personal data: titles and names are read from the truth.
using GraphProperties = std::map<std::string, std::variant<std::int64_t, std::string>>;

// Types of nodes and edges: 1 to 40 ASCII letters and underscores, as Story, member_of.
struct GraphNode {
  Id id;
  std::string type;
  GraphProperties properties;
  friend bool operator==(const GraphNode&, const GraphNode&) = default;
};

// Key: (from, type, to). It says what its ends are, so that a walk need not look them up. No edge
// joins a node to itself.
struct GraphEdge {
  Id from;
  std::string from_type;
  std::string type;
  Id to;
  std::string to_type;
  GraphProperties properties;
  friend bool operator==(const GraphEdge&, const GraphEdge&) = default;
};

struct PutNode {
  GraphSpace space;
  GraphNode node;
  std::int64_t version = 0;  // Versions are not negative.
};
struct DropNode {
  GraphSpace space;
  Id id;
  std::int64_t version = 0;
  std::int64_t dropped_at = 0;  // Micros; for Sweep.
};
struct PutEdge {
  GraphSpace space;
  GraphEdge edge;
  std::int64_t version = 0;
};
struct DropEdge {
  GraphSpace space;
  Id from;
  std::string type;
  Id to;
  std::int64_t version = 0;
  std::int64_t dropped_at = 0;
};
using GraphOperation = std::variant<PutNode, DropNode, PutEdge, DropEdge>;

inline constexpr std::size_t kMaxGraphPage = 500;
inline constexpr int kMaxWalkDepth = 6;
inline constexpr std::size_t kMaxWalkNodes = 500;
// A walk's cursors do not lead further than this from its start.
inline constexpr std::size_t kMaxWalkReach = 10'000;
inline constexpr int kMaxPathLength = 8;
inline constexpr std::size_t kDefaultWalkBudget = 50'000;
inline constexpr std::size_t kMaxWalkBudget = 200'000;
inline constexpr std::size_t kMaxPassBatch = 128;

enum class GraphDirection { kOut, kIn, kBoth };

struct NeighbourQuery {
  GraphSpace space;
  Id node;
  GraphDirection direction = GraphDirection::kBoth;
  std::vector<std::string> types;  // Of edges, at most 32; none: any.
  std::size_t limit = 50;          // 1 to kMaxGraphPage.
  std::string cursor;              // `next` of the page before; empty: the first.
};
struct NeighbourPage {
  std::vector<GraphEdge> edges;
  std::string next;  // Empty: there are no more.
};

// A node as a walk comes upon it.
struct WalkedNode {
  Id id;
  std::string type;
  int depth = 0;  // Edges from the start.
  friend bool operator==(const WalkedNode&, const WalkedNode&) = default;
};

// Which of `nodes`, at most kMaxPassBatch, may be shown and walked through: as many answers. Called
// on the thread that walks, without a lock; never twice for a node in one walk, and never for the
// start, on which the caller has decided. Its error ends the walk and is handed on.
using MayWalk = std::function<Result<std::vector<bool>>(std::span<const WalkedNode> nodes)>;

struct TraverseQuery {
  GraphSpace space;
  Id start;
  GraphDirection direction = GraphDirection::kBoth;
  std::vector<std::string> types;           // As in NeighbourQuery.
  int depth = 3;                            // 1 to kMaxWalkDepth.
  std::size_t limit = kMaxWalkNodes;        // 1 to kMaxWalkNodes.
  std::size_t budget = kDefaultWalkBudget;  // Edges looked at; 1 to kMaxWalkBudget.
  std::string cursor;                       // Of the walk before; all else must be the same.
};
struct Walk {
  std::vector<WalkedNode> nodes;
  // There are more within `depth`, or may be: part of a family must never look whole.
  bool capped = false;
  // Goes on after `nodes`: while nothing changes without gap or repetition. Empty when the walk is
  // whole, its budget is spent, or it has reached kMaxWalkReach nodes.
  std::string cursor;
};

struct PathQuery {
  GraphSpace space;
  Id from;
  Id to;
  GraphDirection direction = GraphDirection::kBoth;
  std::vector<std::string> types;
  int max_length = kMaxPathLength;  // Edges; 1 to kMaxPathLength.
  std::size_t budget = kDefaultWalkBudget;
};
struct GraphPath {
  std::vector<WalkedNode> nodes;  // Without `from`, with `to`. Empty: there is none.
  bool capped = false;            // The budget was spent before it was certain.
};

// The graph as it is kept, for who compares it with the truth: nodes and edges without tombstones.
struct ScannedItem {
  GraphSpace space;
  std::variant<GraphNode, GraphEdge> item;
};
struct ScannedPage {
  std::vector<ScannedItem> items;
  std::string next;  // Empty: there are no more.
};

// A graph in the making, which nobody asks yet. What is left of one that was given up, by a crash
// too, is swept away in time and never seen.
class GraphGeneration {
 public:
  virtual ~GraphGeneration() = default;  // Given up, unless it was adopted.

  // As GraphStore's, but a crash may lose it.
  virtual Status Apply(const std::vector<GraphOperation>& operations) = 0;
};

class GraphStore {
 public:
  virtual ~GraphStore() = default;

  // Applies `operations` and moves to `position`, durably, all or nothing; when this returns, all
  // is seen. Who reads meanwhile may see a part of it, and walks are then as of no one moment.
  // Within its epoch the position never goes back, but what comes late is applied by its versions.
  // kConflict, and nothing is applied, when the graph is of another epoch: it must be built again.
  // At most 10,000 operations. Dropping a node costs as much as it has edges.
  virtual Status Apply(const std::vector<GraphOperation>& operations, const Position& position) = 0;

  // Up to where it has followed. nullopt for a new, empty graph, which is also what one is opened
  // as that was damaged or is of another version of its schema.
  virtual Result<std::optional<Position>> Reached() const = 0;

  virtual Result<std::optional<GraphNode>> Node(const GraphSpace& space, const Id& id) const = 0;

  // Edges of one node: outgoing before incoming, by type, then by the other end. None of a node
  // that is not known.
  virtual Result<NeighbourPage> Neighbours(const NeighbourQuery& query) const = 0;

  // Nodes around `start`, without it: breadth first, the nearest first; of one depth in the order
  // of the nodes they were found from, then as Neighbours has them. Without `may_walk` all pass.
  virtual Result<Walk> Traverse(const TraverseQuery& query, const MayWalk& may_walk) const = 0;

  // A shortest path; of several the one that Traverse finds first. `to` must pass as well.
  virtual Result<GraphPath> Path(const PathQuery& query, const MayWalk& may_walk) const = 0;

  // Everything, in an order of its own: at most `limit` (1 to 10,000) after the page whose `next`
  // is `after`; the first page for an empty one. Beside writes nothing that stays is left out.
  virtual Result<ScannedPage> Scan(const std::string& after, std::size_t limit) const = 0;

  // Removes tombstones whose `dropped_at` is before `before` and whose version is at most `passed`,
  // at most 1,000: no operation on them older than that can come any more, as the caller knows.
  // Gives how many. Also where leftovers of old generations go.
  virtual Result<std::size_t> Sweep(std::int64_t before, std::int64_t passed) = 0;

  // A new, empty generation beside this one. At most one at a time in a process: kConflict.
  virtual Result<std::unique_ptr<GraphGeneration>> StartGeneration() = 0;

  // Puts `generation`, which has followed up to `position`, in the place of what is asked, in one
  // durable step. Whoever asks finds the old or the new one whole, and walks under way end on the
  // old. On failure everything stays as it was and the generation is given up. It must be this
  // store's.
  virtual Status Adopt(std::unique_ptr<GraphGeneration> generation, const Position& position) = 0;
};

}  // namespace heirloom
