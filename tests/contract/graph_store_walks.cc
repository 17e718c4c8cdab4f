#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "tests/contract/graph_store_contract.h"
#include "tests/contract/graph_store_fixture.h"

namespace heirloom::contract {
namespace {

std::string Numbered(const std::string& name, int number) {
  std::string digits = std::to_string(number);
  return name + std::string(5 - digits.size(), '0') + digits;
}

// hub - leaf00000 … and each leaf - twig of the same number.
std::vector<GraphOperation> Tree(int leaves) {
  std::vector<GraphOperation> operations;
  for (int i = 0; i < leaves; ++i) {
    operations.emplace_back(Edge("hub", Numbered("leaf", i), 1));
    operations.emplace_back(Edge(Numbered("leaf", i), Numbered("twig", i), 1));
  }
  return operations;
}

// Lets through what `passes` says, and notes what it was asked.
struct Asked {
  std::set<std::string> refused;
  std::vector<std::string> ids;
  std::size_t largest = 0;

  MayWalk Hook() {
    return [this](std::span<const WalkedNode> nodes) -> Result<std::vector<bool>> {
      largest = std::max(largest, nodes.size());
      std::vector<bool> answers;
      for (const WalkedNode& node : nodes) {
        ids.push_back(node.id);
        answers.push_back(!refused.contains(node.id));
      }
      return answers;
    };
  }
};

void CheckNeighbours(const OpenGraphStore& open) {
  SECTION("neighbours come outgoing first, by type, then by the other end, bytewise") {
    GraphBench bench(open());
    bench.Apply({Edge("n", "b", 1, "z"), Edge("n", "a", 1, "z"), Edge("n", "c", 1, "Z"),
                 Edge("n", "é", 1, "z"), Edge("n", "B", 1, "z"), Edge("n", "aa", 1, "z"),
                 Edge("q", "n", 1, "a"), Edge("p", "n", 1, "a"), Edge("b", "n", 1, "b")});
    const Names all = {"n>c", "n>B", "n>a", "n>aa", "n>b", "n>é", "p>n", "q>n", "b>n"};
    CHECK(bench.Edges("n") == all);
    NeighbourQuery query;
    query.space = kSpace;
    query.node = "n";
    SECTION("by direction") {
      query.direction = GraphDirection::kIn;
      CHECK(bench.Edges(query) == Names{"p>n", "q>n", "b>n"});
      query.direction = GraphDirection::kOut;
      CHECK(bench.Edges(query).size() == 6);
    }
    SECTION("by type") {
      query.types = {"b", "Z", "nothing"};
      CHECK(bench.Edges(query) == Names{"n>c", "b>n"});
    }
    for (const std::size_t limit : {1, 2, 4, 9}) {
      DYNAMIC_SECTION("in pages of " << limit) {
        query.limit = limit;
        Names paged;
        do {
          const NeighbourPage page = bench.Page(query);
          CHECK(page.edges.size() <= limit);
          for (const GraphEdge& edge : page.edges) paged.push_back(edge.from + ">" + edge.to);
          query.cursor = page.next;
        } while (!query.cursor.empty());
        CHECK(paged == all);
      }
    }
  }
  SECTION("a page goes on where it was though its last edge is gone since") {
    GraphBench bench(open());
    bench.Apply({Edge("n", "a", 1), Edge("n", "b", 1), Edge("n", "c", 1)});
    NeighbourQuery query;
    query.space = kSpace;
    query.node = "n";
    query.limit = 2;
    query.cursor = bench.Page(query).next;
    bench.Apply({NoEdge("n", "b", 2)});
    CHECK(bench.Edges(query) == Names{"n>c"});
  }
  SECTION("both directions between the same two are two edges") {
    GraphBench bench(open());
    bench.Apply({Edge("a", "b", 1), Edge("b", "a", 1), Edge("a", "b", 1, "follows")});
    CHECK(bench.Edges("a") == Names{"a>b", "a>b", "b>a"});
    bench.Apply({NoEdge("a", "b", 2)});
    CHECK(bench.Edges("b") == Names{"b>a", "a>b"});
  }
}

void CheckTraverse(const OpenGraphStore& open) {
  SECTION("a walk is breadth first, in order, each node once, and ends at its depth") {
    GraphBench bench(open());
    bench.Apply({Edge("s", "b", 1), Edge("s", "a", 1), Edge("c", "s", 1), Edge("b", "d", 1),
                 Edge("a", "e", 1), Edge("e", "d", 1), Edge("d", "f", 1), Edge("f", "s", 1)});
    const Walk walk = bench.Walked(GraphBench::From("s", 2));
    CHECK(GraphBench::Ids(walk.nodes) == Names{"a", "b", "c", "f", "e", "d"});
    CHECK_FALSE(walk.capped);
    CHECK(walk.cursor.empty());
    CHECK(walk.nodes[0] == WalkedNode{"a", "Story", 1});
    CHECK(walk.nodes[5].depth == 2);
    TraverseQuery out = GraphBench::From("s", 6);
    out.direction = GraphDirection::kOut;
    CHECK(bench.Around(out) == Names{"a", "b", "e", "d", "f"});
    out.direction = GraphDirection::kIn;
    out.depth = 2;
    CHECK(bench.Around(out) == Names{"c", "f", "d"});
    CHECK(bench.Around(GraphBench::From("s", 1)) == Names{"a", "b", "c", "f"});
  }
  SECTION("a walk follows only the types it is told") {
    GraphBench bench(open());
    bench.Apply({Edge("s", "a", 1, "one"), Edge("a", "b", 1, "two"), Edge("a", "c", 1, "one"),
                 Edge("b", "d", 1, "one")});
    TraverseQuery query = GraphBench::From("s", 6);
    query.types = {"one"};
    CHECK(bench.Around(query) == Names{"a", "c"});
    query.types = {"two", "one"};
    CHECK(bench.Around(query) == Names{"a", "c", "b", "d"});
  }
  SECTION("a capped walk says so, and its cursor goes on without gap or repetition") {
    GraphBench bench(open());
    bench.Apply(Tree(40));
    const Names whole = bench.Around(GraphBench::From("hub", 2));
    REQUIRE(whole.size() == 80);
    TraverseQuery query = GraphBench::From("hub", 2);
    for (const std::size_t limit : {1, 7, 40, 79}) {
      query.limit = limit;
      query.cursor.clear();
      Names paged;
      bool capped = true;
      do {
        const Walk walk = bench.Walked(query);
        CHECK(walk.nodes.size() <= limit);
        CHECK(walk.capped == !walk.cursor.empty());
        const Names ids = GraphBench::Ids(walk.nodes);
        paged.insert(paged.end(), ids.begin(), ids.end());
        query.cursor = walk.cursor;
        capped = walk.capped;
      } while (capped);
      CHECK(paged == whole);
    }
    query.limit = 80;
    query.cursor.clear();
    CHECK_FALSE(bench.Walked(query).capped);
  }
  SECTION("a spent budget caps the walk, and there is no going on") {
    GraphBench bench(open());
    bench.Apply(Tree(40));
    TraverseQuery query = GraphBench::From("hub", 2);
    query.budget = 25;
    Walk walk = bench.Walked(query);
    CHECK(walk.nodes.size() == 25);
    CHECK(walk.capped);
    CHECK(walk.cursor.empty());
    // 40 from the hub, and both edges of each leaf.
    query.budget = 119;
    CHECK(bench.Walked(query).capped);
    query.budget = 120;
    CHECK_FALSE(bench.Walked(query).capped);
    Asked asked;
    query.budget = 25;
    CHECK(bench.Around(query, asked.Hook()).size() == 25);
  }
  SECTION("what may not pass is neither shown nor walked through, and asked about once") {
    GraphBench bench(open());
    bench.Apply(Tree(300));
    bench.Apply({Edge("leaf00007", "twig00008", 1)});
    Asked asked;
    asked.refused = {"leaf00008", "twig00009", "leaf00000"};
    const Names found = bench.Around(GraphBench::From("hub", 2), asked.Hook());
    const std::set<std::string> shown(found.begin(), found.end());
    CHECK(found.size() == 500);
    CHECK(shown.size() == found.size());
    CHECK_FALSE(shown.contains("leaf00008"));
    CHECK_FALSE(shown.contains("twig00009"));
    CHECK_FALSE(shown.contains("twig00000"));
    CHECK(shown.contains("twig00008"));  // By the other way.
    CHECK(asked.largest <= kMaxPassBatch);
    CHECK(std::set<std::string>(asked.ids.begin(), asked.ids.end()).size() == asked.ids.size());
    CHECK(std::find(asked.ids.begin(), asked.ids.end(), "hub") == asked.ids.end());
    CHECK(std::find(asked.ids.begin(), asked.ids.end(), "twig00000") == asked.ids.end());
  }
  SECTION("an error of who decides ends the walk") {
    GraphBench bench(open());
    bench.Apply(Tree(3));
    const auto failed = bench.Store().Traverse(
        GraphBench::From("hub"), [](std::span<const WalkedNode>) -> Result<std::vector<bool>> {
          return Fail(ErrorCode::kUnavailable, "not now");
        });
    REQUIRE_FALSE(failed);
    CHECK(failed.error().message == "not now");
  }
}

void CheckPath(const OpenGraphStore& open) {
  SECTION("a path is a shortest one, the first in order, and knows its limits") {
    GraphBench bench(open());
    bench.Apply({Edge("s", "b", 1), Edge("a", "s", 1), Edge("b", "t", 1), Edge("a", "t", 1),
                 Edge("s", "x", 1), Edge("x", "y", 1), Edge("y", "z", 1), Edge("alone", "too", 1)});
    CHECK(bench.Way(GraphBench::Between("s", "t")) == Names{"b", "t"});
    CHECK(bench.Way(GraphBench::Between("t", "s")) == Names{"a", "s"});
    CHECK(bench.Way(GraphBench::Between("s", "b")) == Names{"b"});
    CHECK(bench.Way(GraphBench::Between("z", "t")) == Names{"y", "x", "s", "b", "t"});
    CHECK(bench.Way(GraphBench::Between("s", "too")).empty());
    PathQuery query = GraphBench::Between("z", "t");
    query.max_length = 4;
    CHECK(bench.Way(query).empty());
    query.max_length = 8;
    query.direction = GraphDirection::kOut;
    CHECK(bench.Way(query).empty());
    query = GraphBench::Between("s", "t");
    Asked asked;
    asked.refused = {"b"};
    CHECK(bench.Way(query, asked.Hook()) == Names{"a", "t"});
    asked.refused = {"t"};
    CHECK(bench.Way(query, asked.Hook()).empty());
    query.budget = 2;
    const GraphPath spent = bench.Store().Path(query, nullptr).value();
    CHECK(spent.nodes.empty());
    CHECK(spent.capped);
  }
  SECTION("a path of eight edges is found, and none of nine") {
    GraphBench bench(open());
    std::vector<GraphOperation> chain;
    for (int i = 0; i < 9; ++i) chain.emplace_back(Edge(Numbered("n", i), Numbered("n", i + 1), 1));
    bench.Apply(chain);
    CHECK(bench.Way(GraphBench::Between("n00000", "n00008")).size() == 8);
    CHECK(bench.Way(GraphBench::Between("n00000", "n00009")).empty());
  }
}

}  // namespace

void CheckGraphStoreWalks(const OpenGraphStore& open) {
  CheckNeighbours(open);
  CheckTraverse(open);
  CheckPath(open);
}

}  // namespace heirloom::contract
