#include "tests/contract/graph_store_contract.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "tests/contract/graph_store_fixture.h"

namespace heirloom::contract {
namespace {

void CheckPositions(const OpenGraphStore& open) {
  SECTION("a new graph has no position and holds nothing") {
    GraphBench bench(open());
    CHECK(bench.Store().Reached().value() == std::nullopt);
    CHECK_FALSE(bench.Has("a"));
    CHECK(bench.Edges("a").empty());
    CHECK(bench.Around(GraphBench::From("a")).empty());
    CHECK(bench.Everything().empty());
  }
  SECTION("what was applied is there when the graph is opened again, position and all") {
    {
      GraphBench bench(open());
      bench.Apply({Node("a", 1, "Story", {{"status", std::string("draft")}, {"rank", 3}}),
                   Edge("a", "b", 1, "mentions", {{"rank", -7}})});
    }
    GraphBench bench(open());
    CHECK(bench.Store().Reached().value() == Position{"epoch", 1});
    const GraphNode expected{"a", "Story", {{"status", std::string("draft")}, {"rank", 3}}};
    CHECK(bench.Store().Node(kSpace, "a").value() == expected);
    NeighbourQuery query;
    query.space = kSpace;
    query.node = "b";
    const NeighbourPage page = bench.Page(query);
    REQUIRE(page.edges.size() == 1);
    CHECK(page.edges.front() == GraphEdge{"a", "Story", "mentions", "b", "Story", {{"rank", -7}}});
  }
  SECTION("a position without operations is kept") {
    GraphBench bench(open());
    REQUIRE(bench.Store().Apply({}, {"epoch", 12}));
    CHECK(bench.Store().Reached().value() == Position{"epoch", 12});
  }
  SECTION("an older position does not move it back, and what came with it is applied") {
    GraphBench bench(open());
    REQUIRE(bench.Store().Apply({Node("a", 9)}, {"epoch", 9}));
    REQUIRE(bench.Store().Apply({Node("b", 3)}, {"epoch", 3}));
    CHECK(bench.Store().Reached().value() == Position{"epoch", 9});
    CHECK(bench.Has("b"));
  }
  SECTION("what is of another epoch is refused whole") {
    GraphBench bench(open());
    REQUIRE(bench.Store().Apply({Node("a", 9)}, {"epoch", 9}));
    const Status refused = bench.Store().Apply({Node("b", 10)}, {"another", 10});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kConflict);
    CHECK_FALSE(bench.Has("b"));
    CHECK(bench.Store().Reached().value() == Position{"epoch", 9});
  }
  SECTION("a batch with one wrong operation applies none of it") {
    GraphBench bench(open());
    const Status refused = bench.Store().Apply({Node("a", 1), Edge("b", "b", 1)}, {"epoch", 1});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kInvalidArgument);
    CHECK_FALSE(bench.Has("a"));
    CHECK(bench.Store().Reached().value() == std::nullopt);
  }
}

void CheckVersions(const OpenGraphStore& open) {
  SECTION("a newer put replaces, an older one is ignored, of nodes and of edges") {
    GraphBench bench(open());
    bench.Apply({Node("a", 5, "Story", {{"n", 5}}), Edge("a", "b", 5, "mentions", {{"n", 5}})});
    bench.Apply({Node("a", 4, "Story", {{"n", 4}}), Edge("a", "b", 4, "mentions", {{"n", 4}})});
    CHECK(bench.Store().Node(kSpace, "a").value()->properties == GraphProperties{{"n", 5}});
    NeighbourQuery query;
    query.space = kSpace;
    query.node = "a";
    CHECK(bench.Page(query).edges.front().properties == GraphProperties{{"n", 5}});
    bench.Apply({Node("a", 6, "Person", {}), Edge("a", "b", 6)});
    CHECK(bench.Store().Node(kSpace, "a").value() == GraphNode{"a", "Person", {}});
    CHECK(bench.Page(query).edges.front().properties.empty());
  }
  SECTION("a drop removes, an older put does not bring back, a newer one does") {
    GraphBench bench(open());
    bench.Apply({Node("a", 3), Node("b", 3), Edge("a", "b", 3)});
    bench.Apply({NoEdge("a", "b", 5), NoNode("b", 5)});
    CHECK(bench.Edges("a").empty());
    CHECK(bench.Edges("b").empty());
    CHECK_FALSE(bench.Has("b"));
    bench.Apply({Edge("a", "b", 4), Node("b", 4)});
    CHECK(bench.Edges("a").empty());
    CHECK_FALSE(bench.Has("b"));
    bench.Apply({Edge("a", "b", 6), Node("b", 6)});
    CHECK(bench.Edges("a") == Names{"a>b"});
    CHECK(bench.Edges("b") == Names{"a>b"});
    CHECK(bench.Has("b"));
  }
  SECTION("an older drop is ignored") {
    GraphBench bench(open());
    bench.Apply({Node("a", 9), Edge("a", "b", 9)});
    bench.Apply({NoNode("a", 8), NoEdge("a", "b", 8)});
    CHECK(bench.Has("a"));
    CHECK(bench.Edges("a") == Names{"a>b"});
  }
  SECTION("a drop that comes before what it drops still holds, also when opened again") {
    {
      GraphBench bench(open());
      bench.Apply({NoNode("a", 5), NoEdge("b", "c", 5)});
    }
    GraphBench bench(open());
    bench.Apply({Node("a", 4), Edge("b", "c", 4)});
    CHECK_FALSE(bench.Has("a"));
    CHECK(bench.Edges("b").empty());
  }
  SECTION("of a put and a drop of one version the drop holds") {
    GraphBench bench(open());
    bench.Apply({NoNode("a", 5), Node("a", 5), Edge("b", "c", 5), NoEdge("b", "c", 5)});
    CHECK_FALSE(bench.Has("a"));
    CHECK(bench.Edges("b").empty());
  }
  SECTION("dropping a node drops its edges up to that version, and those that come late") {
    GraphBench bench(open());
    bench.Apply({Node("hub", 1), Edge("hub", "a", 1), Edge("b", "hub", 2), Edge("hub", "c", 9),
                 Edge("a", "b", 1)});
    bench.Apply({NoNode("hub", 5)});
    CHECK(bench.Edges("hub") == Names{"hub>c"});
    CHECK(bench.Edges("a") == Names{"a>b"});
    bench.Apply({Edge("d", "hub", 4), Node("hub", 8), Edge("hub", "e", 5)});
    CHECK(bench.Edges("hub") == Names{"hub>c"});
    CHECK(bench.Has("hub"));
    bench.Apply({Edge("hub", "a", 6)});
    CHECK(bench.Edges("hub") == Names{"hub>a", "hub>c"});
  }
  SECTION("a batch may come twice and in any order") {
    const std::vector<GraphOperation> batch = {
        Node("a", 1),   NoNode("a", 2),    Node("a", 3),        Edge("a", "b", 1),
        Node("b", 3),   Edge("a", "c", 3), NoEdge("a", "c", 2), Edge("c", "a", 4),
        NoNode("c", 5), Edge("b", "a", 6), Edge("b", "c", 5)};
    std::vector<GraphOperation> backwards(batch.rbegin(), batch.rend());
    GraphBench bench(open());
    SECTION("as one batch") { bench.Apply(batch); }
    SECTION("twice") {
      bench.Apply(batch);
      bench.Apply(batch);
    }
    SECTION("backwards") { bench.Apply(backwards); }
    SECTION("one by one, backwards") {
      for (const GraphOperation& operation : backwards) bench.Apply({operation});
    }
    CHECK(bench.Has("a"));
    CHECK(bench.Has("b"));
    CHECK_FALSE(bench.Has("c"));
    CHECK(bench.Edges("a") == Names{"b>a"});
    CHECK(bench.Edges("c").empty());
  }
  SECTION("writers and readers at once lose nothing") {
    GraphBench bench(open());
    bench.Apply({Node("a", 1)});
    std::atomic<bool> done = false;
    std::atomic<int> wrong = 0;
    std::jthread reader([&] {
      while (!done) {
        wrong +=
            bench.Store().Neighbours({kSpace, "a", GraphDirection::kBoth, {}, 500, ""}) ? 0 : 1;
      }
    });
    std::vector<std::jthread> writers;
    for (const std::string name : {"x", "y"}) {
      writers.emplace_back([&, name] {
        for (int i = 1; i <= 20; ++i) {
          const std::string other = name + std::to_string(i);
          const Status applied =
              bench.Store().Apply({Edge("a", other, i), Edge(other, "a", i)}, {"epoch", i + 1});
          wrong += applied ? 0 : 1;
        }
      });
    }
    writers.clear();
    done = true;
    reader.join();
    CHECK(wrong == 0);
    CHECK(bench.Edges("a").size() == 80);
  }
}

}  // namespace

void CheckGraphStore(const OpenGraphStore& open) {
  CheckGraphStoreKeeping(open);
  CheckGraphStoreSpaces(open);
  CheckGraphStoreWalks(open);
  CheckGraphStoreGenerations(open);
}

void CheckGraphStoreKeeping(const OpenGraphStore& open) {
  CheckPositions(open);
  CheckVersions(open);
}

void CheckGraphStoreSpaces(const OpenGraphStore& open) {
  SECTION("two tenants with the same ids never meet, nor do two legacies") {
    const GraphSpace other_tenant{"tenant-b", "legacy-1"};
    const GraphSpace other_legacy{"tenant-a", "legacy-2"};
    // One that would be the same if fields were only written one after the other.
    const GraphSpace shifted{"tenant-al", "egacy-1"};
    GraphBench bench(open());
    bench.Apply({Node("a", 1), Edge("a", "b", 1), Edge("b", "c", 1)});
    bench.Apply({Node("a", 1, "Person", {}, other_tenant),
                 Edge("a", "d", 1, "mentions", {}, other_tenant),
                 Edge("d", "c", 1, "mentions", {}, other_tenant),
                 Edge("a", "e", 1, "mentions", {}, other_legacy),
                 Edge("a", "f", 1, "mentions", {}, shifted)});
    CHECK(bench.Edges("a") == Names{"a>b"});
    CHECK(bench.Edges("a", other_tenant) == Names{"a>d"});
    CHECK(bench.Edges("a", other_legacy) == Names{"a>e"});
    CHECK(bench.Edges("a", shifted) == Names{"a>f"});
    CHECK(bench.Store().Node(kSpace, "a").value()->type == "Story");
    CHECK(bench.Store().Node(other_tenant, "a").value()->type == "Person");
    CHECK_FALSE(bench.Has("a", other_legacy));
    CHECK(bench.Around(GraphBench::From("a", 6)) == Names{"b", "c"});
    TraverseQuery elsewhere = GraphBench::From("a", 6);
    elsewhere.space = other_tenant;
    CHECK(bench.Around(elsewhere) == Names{"d", "c"});
    CHECK(bench.Way(GraphBench::Between("a", "d")).empty());
    bench.Apply({NoNode("a", 5)});
    CHECK(bench.Edges("a").empty());
    CHECK(bench.Edges("a", other_tenant) == Names{"a>d"});
    CHECK(bench.Has("a", other_tenant));
  }
  SECTION("an id that is another's beginning keeps its own edges") {
    GraphBench bench(open());
    bench.Apply({Edge("ada", "x", 1), Edge("ada2", "y", 1), Edge("ad", "z", 1)});
    CHECK(bench.Edges("ada") == Names{"ada>x"});
    CHECK(bench.Edges("ad") == Names{"ad>z"});
  }
  SECTION("text that means something to a query language means nothing here") {
    const Names hostile = {"' OR 1=1 //",
                           "\"}) DETACH DELETE n //",
                           "`x` MATCH (n) RETURN n",
                           "$id",
                           "\\u0027",
                           "%00\x01\x7f",
                           "a\nb\tc",
                           "ключ",
                           "鍵🔑",
                           "a:b:c",
                           std::string(200, 'x')};
    GraphBench bench(open());
    for (const std::string& text : hostile) {
      const GraphSpace space{text, text};
      bench.Apply({Node(text, 1, "Story", {{"text", text}}, space),
                   Edge(text, "b", 1, "mentions", {{"text", text}}, space),
                   Edge("b", "c", 1, "mentions", {}, space)});
    }
    for (const std::string& text : hostile) {
      CAPTURE(text);
      const GraphSpace space{text, text};
      const GraphNode expected{text, "Story", {{"text", text}}};
      CHECK(bench.Store().Node(space, text).value() == expected);
      CHECK(bench.Edges(text, space) == Names{text + ">b"});
      TraverseQuery walk = GraphBench::From(text);
      walk.space = space;
      CHECK(bench.Around(walk) == Names{"b", "c"});
      NeighbourQuery first;
      first.space = space;
      first.node = "b";
      first.limit = 1;
      first.cursor = bench.Page(first).next;
      CHECK(bench.Edges(first) == Names{text + ">b"});
    }
    CHECK(bench.Everything(7).size() == hostile.size() * 3);
  }
  SECTION("what is beyond the limits is refused") {
    GraphBench bench(open());
    const auto code = [&](const GraphOperation& operation) {
      const Status applied = bench.Store().Apply({operation}, {"epoch", 1});
      return applied ? ErrorCode::kInternal : applied.error().code;
    };
    constexpr ErrorCode kRefused = ErrorCode::kInvalidArgument;
    CHECK(code(Node("", 1)) == kRefused);
    CHECK(code(Node(std::string(201, 'x'), 1)) == kRefused);
    CHECK(code(Node(std::string("a\0b", 3), 1)) == kRefused);
    CHECK(code(Node("\xff", 1)) == kRefused);
    CHECK(code(Node("a", -1)) == kRefused);
    CHECK(code(Node("a", 1, "Story`) DELETE n //")) == kRefused);
    CHECK(code(Node("a", 1, "")) == kRefused);
    CHECK(code(Node("a", 1, "Story", {{"a b", 1}})) == kRefused);
    CHECK(code(Node("a", 1, "Story", {{"a", std::string(1001, 'x')}})) == kRefused);
    CHECK(code(Edge("a", "a", 1)) == kRefused);
    CHECK(code(Edge("a", "b", 1, "x y")) == kRefused);
    CHECK(code(Node("a", 1, "Story", {}, {"", "l"})) == kRefused);
    NeighbourQuery page{kSpace, "a", GraphDirection::kBoth, {}, 501, ""};
    CHECK(bench.Store().Neighbours(page).error().code == kRefused);
    page.limit = 10;
    for (const std::string cursor : {"x", "o:", "o:mentions", "o:a b:c", "q:mentions:c"}) {
      page.cursor = cursor;
      CHECK(bench.Store().Neighbours(page).error().code == kRefused);
    }
    TraverseQuery walk = GraphBench::From("a", 7);
    CHECK(bench.Store().Traverse(walk, nullptr).error().code == kRefused);
    walk.depth = 3;
    walk.cursor = "-1";
    CHECK(bench.Store().Traverse(walk, nullptr).error().code == kRefused);
    PathQuery path = GraphBench::Between("a", "b");
    path.max_length = 9;
    CHECK(bench.Store().Path(path, nullptr).error().code == kRefused);
    CHECK(bench.Store().Scan("", 0).error().code == kRefused);
  }
}

}  // namespace heirloom::contract
