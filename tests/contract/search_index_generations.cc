#include <catch2/catch.hpp>

#include "tests/contract/search_index_contract.h"
#include "tests/contract/search_index_fixture.h"

namespace heirloom::contract {
namespace {

void CheckBuilding(const OpenSearchIndex& open) {
  SECTION("a generation in the making is seen by nobody, and the one that is asked goes on") {
    Bench bench(open());
    bench.Put({Story(1, "The mill", "")});
    const auto next = bench.Index().StartGeneration().value();
    REQUIRE(next->Apply({PutStory{Story(2, "The ferry", ""), 5}}, {"new", 5}));
    REQUIRE(next->Commit());
    CHECK(bench.Find("") == std::vector{IdOf(1)});
    CHECK(bench.Index().Committed().value() == Position{"epoch", 1});
    bench.Put({Story(3, "The quarry", "")});
    CHECK(bench.Find("").size() == 2);
  }
  SECTION("adopted it is what is asked, position and versions included, and can be written to") {
    Bench bench(open());
    bench.Apply({PutStory{Story(1, "The mill", ""), 9}, DropStory{kTenant, IdOf(2), 9, 0}});
    auto next = bench.Index().StartGeneration().value();
    REQUIRE(next->Apply({PutStory{Story(2, "The ferry", ""), 5}}, {"new", 5}));
    REQUIRE(next->Commit());
    REQUIRE(bench.Index().Adopt(std::move(next)));
    CHECK(bench.Find("") == std::vector{IdOf(2)});
    CHECK(bench.Index().Committed().value() == Position{"new", 5});
    // What the old one held for this key is forgotten with it.
    bench.Apply({PutStory{Story(1, "The mill", ""), 1}});
    CHECK(bench.Find("").size() == 2);
  }
  SECTION("adopted it is there when the index is opened again, and the old one is not") {
    {
      Bench bench(open());
      bench.Put({Story(1, "The mill", "")});
      auto next = bench.Index().StartGeneration().value();
      REQUIRE(next->Apply({PutStory{Story(2, "The ferry", ""), 5}}, {"new", 5}));
      REQUIRE(next->Commit());
      REQUIRE(bench.Index().Adopt(std::move(next)));
    }
    Bench bench(open());
    CHECK(bench.Find("") == std::vector{IdOf(2)});
    CHECK(bench.Index().Committed().value() == Position{"new", 5});
  }
  SECTION("adopting drops what was staged on either side") {
    Bench bench(open());
    bench.Put({Story(1, "The mill", "")});
    REQUIRE(bench.Index().Apply({PutStory{Story(4, "Staged", ""), 7}}, {"epoch", 7}));
    auto next = bench.Index().StartGeneration().value();
    REQUIRE(next->Apply({PutStory{Story(2, "The ferry", ""), 5}}, {"new", 5}));
    REQUIRE(next->Commit());
    REQUIRE(next->Apply({PutStory{Story(3, "The quarry", ""), 6}}, {"new", 6}));
    REQUIRE(bench.Index().Adopt(std::move(next)));
    REQUIRE(bench.Index().Commit());
    CHECK(bench.Find("") == std::vector{IdOf(2)});
    CHECK(bench.Index().Committed().value() == Position{"new", 5});
  }
  SECTION("an empty generation empties the index") {
    Bench bench(open());
    bench.Put({Story(1, "The mill", "")});
    REQUIRE(bench.Index().Adopt(bench.Index().StartGeneration().value()));
    CHECK(bench.Find("").empty());
    CHECK(bench.Index().Committed().value() == std::nullopt);
  }
  SECTION("one that is given up leaves room for another; two at a time are refused") {
    Bench bench(open());
    auto first = bench.Index().StartGeneration().value();
    CHECK(bench.Index().StartGeneration().error().code == ErrorCode::kConflict);
    REQUIRE(first->Apply({PutStory{Story(1, "The mill", ""), 5}}, {"new", 5}));
    REQUIRE(first->Commit());
    first.reset();
    auto second = bench.Index().StartGeneration().value();
    REQUIRE(bench.Index().Adopt(std::move(second)));
    CHECK(bench.Find("").empty());
    CHECK(bench.Index().StartGeneration());
  }
  SECTION("one that was never adopted is gone when the index is opened again") {
    {
      Bench bench(open());
      bench.Put({Story(1, "The mill", "")});
      const auto next = bench.Index().StartGeneration().value();
      REQUIRE(next->Apply({PutStory{Story(2, "The ferry", ""), 5}}, {"new", 5}));
      REQUIRE(next->Commit());
    }
    Bench bench(open());
    CHECK(bench.Find("") == std::vector{IdOf(1)});
  }
}

void CheckSweeping(const OpenSearchIndex& open) {
  // Whether an older put still finds the tombstone in its way.
  const auto holds = [](Bench& bench, int number) {
    bench.Apply({PutStory{Story(number, "The ferry", ""), 1}});
    const bool held = bench.Find("ferry").empty();
    bench.Apply({DropStory{kTenant, IdOf(number), 1'000'000, 1'000'000}});
    return held;
  };
  SECTION("tombstones are swept that are old enough and whose version was passed") {
    Bench bench(open());
    bench.Apply({DropStory{kTenant, IdOf(1), 5, 100}, DropStory{kTenant, IdOf(2), 5, 300},
                 DropStory{kTenant, IdOf(3), 50, 100}});
    CHECK(bench.Index().Sweep(200, 10).value() == 1);
    REQUIRE(bench.Index().Commit());
    CHECK_FALSE(holds(bench, 1));
    CHECK(holds(bench, 2));
    CHECK(holds(bench, 3));
    CHECK(bench.Index().Sweep(200, 10).value() == 0);
  }
  SECTION("sweeping touches no story and not the position") {
    Bench bench(open());
    bench.Apply({PutStory{Story(1, "The mill", ""), 1}, DropStory{kTenant, IdOf(2), 1, 1}});
    CHECK(bench.Index().Sweep(1000, 1000).value() == 1);
    REQUIRE(bench.Index().Commit());
    CHECK(bench.Find("") == std::vector{IdOf(1)});
    CHECK(bench.Index().Committed().value() == Position{"epoch", 1});
  }
  SECTION("many are swept in steps") {
    Bench bench(open());
    std::vector<IndexOperation> drops;
    for (int i = 0; i < 1500; ++i) drops.push_back(DropStory{kTenant, IdOf(i), 1, i});
    bench.Apply(drops);
    CHECK(bench.Index().Sweep(10'000, 1).value() == 1000);
    CHECK(bench.Index().Sweep(10'000, 1).value() == 500);
    CHECK(bench.Index().Sweep(10'000, 1).value() == 0);
  }
}

}  // namespace

void CheckSearchIndexGenerations(const OpenSearchIndex& open) {
  CheckBuilding(open);
  CheckSweeping(open);
}

}  // namespace heirloom::contract
