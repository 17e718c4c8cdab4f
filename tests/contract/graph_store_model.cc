// A graph that is as simple as can be, to compare others with: it keeps every operation and looks
// at all of them again for each question.

#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <set>

#include "tests/contract/graph_store_contract.h"
#include "tests/contract/graph_store_fixture.h"
#include "tests/support/seeded_random.h"

namespace heirloom::contract {
namespace {

using testing::SeededRandom;

class Model {
 public:
  void Apply(const GraphOperation& operation) { operations_.push_back(operation); }

  std::optional<GraphNode> Node(const GraphSpace& space, const Id& id) const {
    const PutNode* newest = nullptr;
    for (const GraphOperation& operation : operations_) {
      const auto* put = std::get_if<PutNode>(&operation);
      const bool it = put && put->space == space && put->node.id == id;
      if (it && (!newest || put->version > newest->version)) newest = put;
    }
    if (!newest || newest->version <= DroppedAt(space, id)) return std::nullopt;
    return newest->node;
  }

  // All edges of a space that are there.
  std::vector<GraphEdge> Edges(const GraphSpace& space) const {
    std::map<std::tuple<Id, std::string, Id>, const PutEdge*> newest;
    for (const GraphOperation& operation : operations_) {
      const auto* put = std::get_if<PutEdge>(&operation);
      if (!put || put->space != space) continue;
      const PutEdge*& known = newest[{put->edge.from, put->edge.type, put->edge.to}];
      if (!known || put->version > known->version) known = put;
    }
    std::vector<GraphEdge> edges;
    for (const auto& [key, put] : newest) {
      std::int64_t dropped =
          std::max(DroppedAt(space, put->edge.from), DroppedAt(space, put->edge.to));
      for (const GraphOperation& operation : operations_) {
        const auto* drop = std::get_if<DropEdge>(&operation);
        const bool it =
            drop && drop->space == space && std::tie(drop->from, drop->type, drop->to) == key;
        if (it) dropped = std::max(dropped, drop->version);
      }
      if (put->version > dropped) edges.push_back(put->edge);
    }
    return edges;
  }

  static bool Wanted(const std::vector<std::string>& types, const std::string& type) {
    return types.empty() || std::find(types.begin(), types.end(), type) != types.end();
  }

  // In the order of Neighbours.
  static std::vector<GraphEdge> Of(const std::vector<GraphEdge>& edges, const Id& node,
                                   GraphDirection direction,
                                   const std::vector<std::string>& types) {
    std::vector<GraphEdge> out;
    std::vector<GraphEdge> in;
    for (const GraphEdge& edge : edges) {
      if (!Wanted(types, edge.type)) continue;
      if (edge.from == node && direction != GraphDirection::kIn) out.push_back(edge);
      if (edge.to == node && direction != GraphDirection::kOut) in.push_back(edge);
    }
    const auto sort = [](std::vector<GraphEdge>& list, Id GraphEdge::*other) {
      std::sort(list.begin(), list.end(), [&](const GraphEdge& a, const GraphEdge& b) {
        return std::tie(a.type, a.*other) < std::tie(b.type, b.*other);
      });
    };
    sort(out, &GraphEdge::to);
    sort(in, &GraphEdge::from);
    out.insert(out.end(), in.begin(), in.end());
    return out;
  }

  // Breadth first, whole; each with where it was reached from.
  std::vector<std::pair<WalkedNode, Id>> Walk(const GraphSpace& space, const Id& start,
                                              GraphDirection direction,
                                              const std::vector<std::string>& types, int depth,
                                              const std::set<Id>& refused) const {
    const std::vector<GraphEdge> edges = Edges(space);
    std::vector<std::pair<WalkedNode, Id>> found;
    std::set<Id> seen{start};
    std::deque<std::pair<Id, int>> waiting{{start, 0}};
    while (!waiting.empty()) {
      const auto [at, steps] = waiting.front();
      waiting.pop_front();
      if (steps == depth) continue;
      for (const GraphEdge& edge : Of(edges, at, direction, types)) {
        // Towards itself there is none, so one end is the other one.
        const bool out = edge.from == at;
        const Id& other = out ? edge.to : edge.from;
        if (!seen.insert(other).second || refused.contains(other)) continue;
        found.push_back({{other, out ? edge.to_type : edge.from_type, steps + 1}, at});
        waiting.emplace_back(other, steps + 1);
      }
    }
    return found;
  }

 private:
  std::int64_t DroppedAt(const GraphSpace& space, const Id& id) const {
    std::int64_t version = -1;
    for (const GraphOperation& operation : operations_) {
      const auto* drop = std::get_if<DropNode>(&operation);
      if (drop && drop->space == space && drop->id == id)
        version = std::max(version, drop->version);
    }
    return version;
  }

  std::vector<GraphOperation> operations_;
};

const std::vector<GraphSpace> kSpaces = {{"tenant-a", "legacy-1"}, {"tenant-b", "legacy-1"}};
const Names kIds = {"a", "aa", "b", "c'", "d\"", "é", "f", "g", "h:1", "i"};
const Names kTypes = {"knows", "Knows", "told_by"};

// What is said of a key at a version is always the same: it is made from both.
std::vector<GraphOperation> RandomHistory(SeededRandom& random, std::size_t length) {
  std::vector<GraphOperation> operations;
  for (std::size_t i = 0; i < length; ++i) {
    const GraphSpace& space = kSpaces[random.Below(kSpaces.size())];
    const std::int64_t version = static_cast<std::int64_t>(random.Below(40));
    const Id& from = kIds[random.Below(kIds.size())];
    const std::size_t kind = random.Below(20);
    if (kind < 4) {
      operations.emplace_back(Node(from, version, version % 2 == 0 ? "Story" : "Person",
                                   {{"version", version}, {"id", from}}, space));
      continue;
    }
    if (kind < 5) {
      operations.emplace_back(DropNode{space, from, version, version});
      continue;
    }
    const Id& to = kIds[random.Below(kIds.size())];
    if (from == to) continue;
    const std::string& type = kTypes[random.Below(kTypes.size())];
    if (kind < 17) {
      operations.emplace_back(Edge(from, to, version, type, {{"version", version}}, space));
    } else {
      operations.emplace_back(DropEdge{space, from, type, to, version, version});
    }
  }
  return operations;
}

void Compare(GraphBench& bench, const Model& model, SeededRandom& random) {
  for (const GraphSpace& space : kSpaces) {
    const std::vector<GraphEdge> edges = model.Edges(space);
    for (const Id& id : kIds) {
      CAPTURE(space.tenant_id, id);
      CHECK(bench.Store().Node(space, id).value() == model.Node(space, id));
      NeighbourQuery page;
      page.space = space;
      page.node = id;
      page.limit = 1 + random.Below(5);
      page.direction = static_cast<GraphDirection>(random.Below(3));
      if (random.Below(2) == 0) page.types = {kTypes[random.Below(3)], kTypes[random.Below(3)]};
      std::vector<GraphEdge> paged;
      do {
        NeighbourPage some = bench.Page(page);
        paged.insert(paged.end(), some.edges.begin(), some.edges.end());
        page.cursor = some.next;
      } while (!page.cursor.empty());
      CHECK(paged == Model::Of(edges, id, page.direction, page.types));

      TraverseQuery walk;
      walk.space = space;
      walk.start = id;
      walk.direction = page.direction;
      walk.types = page.types;
      walk.depth = 1 + static_cast<int>(random.Below(kMaxWalkDepth));
      walk.limit = 1 + random.Below(4);
      const std::set<Id> refused = {kIds[random.Below(kIds.size())]};
      const MayWalk may_walk = [&](std::span<const WalkedNode> nodes) -> Result<std::vector<bool>> {
        std::vector<bool> answers;
        for (const WalkedNode& node : nodes) answers.push_back(!refused.contains(node.id));
        return answers;
      };
      std::vector<WalkedNode> walked;
      do {
        Walk some = bench.Walked(walk, may_walk);
        walked.insert(walked.end(), some.nodes.begin(), some.nodes.end());
        walk.cursor = some.cursor;
      } while (!walk.cursor.empty());
      const auto expected = model.Walk(space, id, walk.direction, walk.types, walk.depth, refused);
      std::vector<WalkedNode> nodes;
      std::map<Id, Id> from;
      for (const auto& [node, parent] : expected) {
        nodes.push_back(node);
        from[node.id] = parent;
      }
      CHECK(walked == nodes);

      const Id& to = kIds[random.Below(kIds.size())];
      if (to == id) continue;
      PathQuery path{space, id, to, walk.direction, walk.types, walk.depth, kDefaultWalkBudget};
      Names way;
      for (Id at = to; from.contains(at); at = from[at]) way.insert(way.begin(), at);
      CHECK(bench.Way(path, may_walk) == way);
    }
  }
}

}  // namespace

void CheckGraphStoreAgainstModel(const OpenGraphStore& open, int rounds) {
  SeededRandom random(20'261'122);
  GraphBench bench(open());
  for (int round = 0; round < rounds; ++round) {
    // Each history begins anew.
    REQUIRE(bench.Store().Adopt(bench.Store().StartGeneration().value(), {"epoch", 0}));
    const std::vector<GraphOperation> history = RandomHistory(random, 60 + random.Below(120));
    Model model;
    for (const GraphOperation& operation : history) model.Apply(operation);
    // In another order, some twice, in batches of any size.
    std::vector<GraphOperation> told = history;
    for (std::size_t i = 0; i < history.size() / 4; ++i) {
      told.push_back(history[random.Below(history.size())]);
    }
    for (std::size_t i = told.size() - 1; i > 0; --i) std::swap(told[i], told[random.Below(i + 1)]);
    for (std::size_t at = 0; at < told.size();) {
      const std::size_t count = std::min<std::size_t>(1 + random.Below(60), told.size() - at);
      bench.Apply({told.begin() + static_cast<std::ptrdiff_t>(at),
                   told.begin() + static_cast<std::ptrdiff_t>(at + count)});
      at += count;
    }
    CAPTURE(round);
    Compare(bench, model, random);
    std::size_t edges = 0;
    std::size_t nodes = 0;
    for (const GraphSpace& space : kSpaces) {
      edges += model.Edges(space).size();
      for (const Id& id : kIds) nodes += model.Node(space, id) ? 1 : 0;
    }
    CHECK(bench.Everything(7).size() == edges + nodes);
  }
}

}  // namespace heirloom::contract
