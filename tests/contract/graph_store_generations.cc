#include <catch2/catch.hpp>

#include "tests/contract/graph_store_contract.h"
#include "tests/contract/graph_store_fixture.h"

namespace heirloom::contract {
namespace {

void CheckBuilding(const OpenGraphStore& open) {
  SECTION("a generation in the making is seen by nobody, and the one that is asked goes on") {
    GraphBench bench(open());
    bench.Apply({Node("a", 1), Edge("a", "b", 1)});
    const auto next = bench.Store().StartGeneration().value();
    REQUIRE(next->Apply({Node("c", 5), Edge("a", "c", 5)}));
    CHECK_FALSE(bench.Has("c"));
    CHECK(bench.Edges("a") == Names{"a>b"});
    CHECK(bench.Everything().size() == 2);
    bench.Apply({Node("d", 2)});
    CHECK(bench.Has("d"));
  }
  SECTION("adopted it is what is asked, can be written to, and is there when opened again") {
    {
      GraphBench bench(open());
      bench.Apply({Node("a", 9), NoNode("c", 9)});
      auto next = bench.Store().StartGeneration().value();
      REQUIRE(next->Apply({Node("c", 5)}));
      REQUIRE(next->Apply({Edge("c", "d", 5), NoNode("e", 7)}));
      REQUIRE(bench.Store().Adopt(std::move(next), {"new", 7}));
      CHECK_FALSE(bench.Has("a"));
      CHECK(bench.Edges("c") == Names{"c>d"});
    }
    GraphBench bench(open());
    CHECK(bench.Store().Reached().value() == Position{"new", 7});
    CHECK(bench.Has("c"));
    CHECK_FALSE(bench.Has("a"));
    // What the old one held for a key is forgotten with it, what the new one holds is not.
    REQUIRE(bench.Store().Apply({Node("a", 1), Node("e", 6)}, {"new", 8}));
    CHECK(bench.Has("a"));
    CHECK_FALSE(bench.Has("e"));
    CHECK(bench.Store().Apply({}, {"epoch", 9}).error().code == ErrorCode::kConflict);
  }
  SECTION("an empty generation empties the graph") {
    GraphBench bench(open());
    bench.Apply({Node("a", 1)});
    REQUIRE(bench.Store().Adopt(bench.Store().StartGeneration().value(), {"new", 0}));
    CHECK(bench.Everything().empty());
    CHECK(bench.Store().Reached().value() == Position{"new", 0});
  }
  SECTION("one that is given up leaves room for another, two at a time are refused") {
    GraphBench bench(open());
    bench.Apply({Node("a", 1)});
    auto first = bench.Store().StartGeneration().value();
    CHECK(bench.Store().StartGeneration().error().code == ErrorCode::kConflict);
    REQUIRE(first->Apply({Node("b", 5)}));
    first.reset();
    CHECK(bench.Has("a"));
    auto second = bench.Store().StartGeneration().value();
    REQUIRE(bench.Store().Adopt(std::move(second), {"new", 1}));
    CHECK_FALSE(bench.Has("b"));
    CHECK(bench.Store().StartGeneration());
  }
  SECTION("one that was never adopted is not there when the graph is opened again") {
    {
      GraphBench bench(open());
      bench.Apply({Node("a", 1)});
      const auto next = bench.Store().StartGeneration().value();
      REQUIRE(next->Apply({Node("b", 5)}));
    }
    GraphBench bench(open());
    CHECK(bench.Has("a"));
    CHECK_FALSE(bench.Has("b"));
    CHECK(bench.Store().Reached().value() == Position{"epoch", 1});
  }
}

void CheckSweeping(const OpenGraphStore& open) {
  SECTION("tombstones are swept that are old enough and whose version was passed") {
    GraphBench bench(open());
    bench.Apply({NoNode("a", 5, 100), NoNode("b", 5, 300), NoNode("c", 50, 100),
                 NoEdge("d", "e", 5, 100), NoEdge("d", "f", 5, 300)});
    CHECK(bench.Store().Sweep(200, 10).value() == 2);
    CHECK(bench.Store().Sweep(200, 10).value() == 0);
    // What is swept holds nothing back any more.
    bench.Apply({Node("a", 1), Node("b", 1), Node("c", 1), Edge("d", "e", 1), Edge("d", "f", 1)});
    CHECK(bench.Has("a"));
    CHECK_FALSE(bench.Has("b"));
    CHECK_FALSE(bench.Has("c"));
    CHECK(bench.Edges("d") == Names{"d>e"});
    CHECK(bench.Edges("e") == Names{"d>e"});
  }
  SECTION("edges that went with their node are swept with it") {
    GraphBench bench(open());
    bench.Apply({Node("a", 1), Edge("a", "b", 1), Edge("c", "a", 1)});
    bench.Apply({NoNode("a", 5, 100)});
    CHECK(bench.Store().Sweep(200, 10).value() == 3);
    bench.Apply({Edge("a", "b", 1)});
    CHECK(bench.Edges("a") == Names{"a>b"});
  }
  SECTION("sweeping touches nothing that lives, not what came back, and not the position") {
    GraphBench bench(open());
    bench.Apply({Node("a", 1), Edge("a", "b", 1), NoNode("c", 1, 1), Node("d", 1)});
    bench.Apply({NoNode("d", 2, 1), NoEdge("a", "b", 2, 1)});
    bench.Apply({Node("d", 3), Edge("a", "b", 3)});
    CHECK(bench.Store().Sweep(1000, 1000).value() == 1);
    CHECK(bench.Has("a"));
    CHECK(bench.Has("d"));
    CHECK(bench.Edges("a") == Names{"a>b"});
    CHECK(bench.Store().Reached().value() == Position{"epoch", 3});
    bench.Apply({Edge("x", "d", 2)});  // Older than the drop of d.
    CHECK(bench.Edges("x").empty());
  }
  SECTION("many are swept in steps") {
    GraphBench bench(open());
    std::vector<GraphOperation> drops;
    for (int i = 0; i < 1500; ++i) drops.emplace_back(NoNode("n" + std::to_string(i), 1, i));
    bench.Apply(drops);
    CHECK(bench.Store().Sweep(10'000, 1).value() == 1000);
    CHECK(bench.Store().Sweep(10'000, 1).value() == 500);
    CHECK(bench.Store().Sweep(10'000, 1).value() == 0);
  }
}

}  // namespace

void CheckGraphStoreGenerations(const OpenGraphStore& open) {
  CheckBuilding(open);
  CheckSweeping(open);
}

}  // namespace heirloom::contract
