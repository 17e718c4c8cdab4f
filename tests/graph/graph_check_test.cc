#include "appliance/graph/graph_check_service.h"

#include <catch2/catch.hpp>

#include "tests/graph/graph_house.h"

namespace heirloom {
namespace {

using testing::GraphHouse;

std::vector<Finding> Look(GraphHouse& house, GraphStore& graph) {
  Findings findings;
  NoProgress progress;
  REQUIRE(CheckGraph(*house.database, house.clock, graph, findings, progress));
  return findings.list();
}

}  // namespace

TEST_CASE("a graph that is true is found so, and how much is in it", "[graph]") {
  GraphHouse house;
  for (int i = 0; i < 10; ++i) house.Write(house.ada, house.legacy, "A", "b");
  const Story gone = house.Write(house.ada, house.legacy, "A", "b");
  REQUIRE(house.stories.Delete(house.ada, gone.id, 1));
  Findings findings;
  NoProgress progress;
  CHECK(CheckGraph(*house.database, house.clock, house.Graph(), findings, progress).value() == 23);
  CHECK(findings.list().empty());
}

TEST_CASE("every drift between truth and graph is found, and how to mend it said", "[graph]") {
  GraphHouse house;
  const Story story = house.Write(house.ada, house.legacy, "A", "b");
  GraphStore& graph = house.Graph();
  house.projector->Stop();
  const GraphSpace space{std::string(kDefaultTenant), house.legacy};
  const Position at = house.Head();
  std::string who = story.id;
  SECTION("a node too many") {
    who = "ghost";
    REQUIRE(graph.Apply({PutNode{space, {"ghost", "Story", {}}, 99}}, at));
  }
  SECTION("a node that is missing, and its edge") {
    REQUIRE(graph.Apply({DropNode{space, story.id, 99, 0}}, at));
  }
  SECTION("an edge alone that is missing") {
    REQUIRE(graph.Apply({DropEdge{space, story.id, "belongs_to", house.legacy, 99, 0}}, at));
  }
  SECTION("a node as it was once") {
    REQUIRE(graph.Apply(
        {PutNode{space, {story.id, "Story", {{"status", std::string("draft")}}}, 99}}, at));
  }
  SECTION("somebody with a role that is not theirs") {
    who = house.ada.user_id;
    REQUIRE(graph.Apply(
        {PutEdge{
            space,
            {who, "User", "member_of", house.legacy, "Legacy", {{"role", std::string("viewer")}}},
            99}},
        at));
  }
  SECTION("the same in another tenant") {
    REQUIRE(graph.Apply({PutNode{{"other", house.legacy}, {story.id, "Story", {}}, 99}}, at));
  }
  const auto found = Look(house, graph);
  REQUIRE_FALSE(found.empty());
  for (const Finding& finding : found) {
    CHECK(finding.severity == Finding::Severity::kWarning);
    CHECK(finding.what.find(who) != std::string::npos);
    CHECK(finding.mend.find("rebuild graph") != std::string::npos);
  }
}

TEST_CASE("what the graph has not followed yet is no drift", "[graph]") {
  GraphHouse house;
  const Story story = house.Write(house.ada, house.legacy, "A", "b");
  GraphStore& graph = house.Graph();
  house.projector->Stop();
  REQUIRE(house.stories.Delete(house.ada, story.id, 1));
  house.Write(house.ada, house.legacy, "A", "b");
  CHECK(Look(house, graph).empty());
}

TEST_CASE("a graph that is ahead of the truth is an error, another history is not", "[graph]") {
  GraphHouse house;
  GraphStore& graph = house.Graph();
  house.projector->Stop();
  SECTION("ahead") {
    Position position = house.Head();
    position.sequence += 5;
    REQUIRE(graph.Apply({}, position));
    const auto found = Look(house, graph);
    REQUIRE(found.size() == 1);
    CHECK(found.front().severity == Finding::Severity::kError);
    CHECK(found.front().mend.find("restore") != std::string::npos);
  }
  SECTION("of another history") {
    REQUIRE(graph.Adopt(graph.StartGeneration().value(), {"another", 1}));
    const auto found = Look(house, graph);
    REQUIRE(found.size() == 1);
    CHECK(found.front().severity == Finding::Severity::kNote);
  }
}

}  // namespace heirloom
