#include "tests/contract/chunk_index_contract.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>

#include "tests/contract/chunk_index_fixture.h"

namespace heirloom::contract {

void CheckChunkIndex(const OpenChunkIndex& open) {
  CheckChunkIndexKeeping(open);
  CheckChunkIndexGenerations(open);
  CheckChunkIndexAccess(open);
  CheckChunkIndexNearness(open);
}

void CheckChunkIndexKeeping(const OpenChunkIndex& open) {
  SECTION("without a generation it holds nothing, finds nothing and takes nothing") {
    const auto index = open();
    CHECK_FALSE(index->Committed().value());
    CHECK(index->Scan("", 10).value().stories.empty());
    CHECK(index->Knn(ChunkBench::Ask(0)).value().empty());
    CHECK(index->Apply({PutChunks{Chunks(1, {0}), 1}}, {"epoch", 1}).error().code ==
          ErrorCode::kConflict);
  }
  SECTION("what was staged is found after the commit alone, and its position with it") {
    ChunkBench bench(open());
    REQUIRE(bench.Index().Apply({PutChunks{Chunks(1, {0}), 1}}, {"epoch", 7}));
    CHECK(bench.Find(0).empty());
    CHECK(bench.Index().Committed().value()->position == Position{"epoch", 0});
    REQUIRE(bench.Index().Commit());
    CHECK(bench.Find(0) == std::vector{IdOf(1)});
    const auto state = bench.Index().Committed().value().value();
    CHECK(state.position == Position{"epoch", 7});
    CHECK(state.model == kModel);
  }
  SECTION("it is there when the index is opened again, what was only staged is not") {
    {
      ChunkBench bench(open());
      bench.Put({Chunks(1, {0}), Chunks(2, {90})});
      REQUIRE(bench.Index().Apply({PutChunks{Chunks(3, {0}), 1}}, {"epoch", 9}));
    }
    ChunkBench bench(open());
    CHECK(bench.Find(0) == std::vector{IdOf(1), IdOf(2)});
    CHECK(bench.Index().Committed().value()->position == Position{"epoch", 1});
  }
  SECTION("a put replaces all chunks of the story, whether it was asked for meanwhile or not") {
    ChunkBench bench(open());
    bench.Put({Chunks(1, {0, 90})});
    CHECK(bench.Index().Knn(bench.Ask(90)).value().at(0).ordinal == 1);
    bench.Put({Chunks(1, {45})});
    const auto hits = bench.Index().Knn(bench.Ask(90)).value();
    REQUIRE(hits.size() == 1);
    CHECK(hits[0].ordinal == 0);
    CHECK(hits[0].similarity == Approx(0.70710678).margin(1e-5));
  }
  SECTION(
      "an operation that is older than what the index holds is ignored, the same again is not") {
    ChunkBench bench(open());
    bench.Put({Chunks(1, {0})}, 5);
    bench.Put({Chunks(1, {90})}, 4);
    CHECK(bench.Index().Knn(bench.Ask(0)).value().at(0).similarity == Approx(1));
    bench.Apply({DropChunks{kTenant, IdOf(1), 4, 0}});
    CHECK(bench.Find(0).size() == 1);
    bench.Put({Chunks(1, {90})}, 5);
    CHECK(bench.Index().Knn(bench.Ask(90)).value().at(0).similarity == Approx(1));
  }
  SECTION("a tombstone keeps older puts away, and newer ones not") {
    ChunkBench bench(open());
    bench.Apply({DropChunks{kTenant, IdOf(1), 5, 0}});
    bench.Put({Chunks(1, {0})}, 4);
    CHECK(bench.Find(0).empty());
    bench.Put({Chunks(1, {0})}, 6);
    CHECK(bench.Find(0) == std::vector{IdOf(1)});
    bench.Apply({DropChunks{kTenant, IdOf(1), 7, 0}});
    CHECK(bench.Find(0).empty());
  }
  SECTION("of one batch the later operation counts") {
    ChunkBench bench(open());
    bench.Apply({PutChunks{Chunks(1, {0}), 3}, DropChunks{kTenant, IdOf(1), 3, 0},
                 PutChunks{Chunks(1, {90}), 3}});
    CHECK(bench.Index().Knn(bench.Ask(90)).value().at(0).similarity == Approx(1));
  }
  SECTION("vectors that are none of the model are refused, and nothing of their batch is staged") {
    ChunkBench bench(open());
    for (const Vector& wrong : {Vector{}, Vector{1, 0, 0}, Vector{1, 0, 0, 0, 0},
                                Vector{std::numeric_limits<float>::quiet_NaN(), 0, 0, 0},
                                Vector{std::numeric_limits<float>::infinity(), 0, 0, 0}}) {
      StoryChunks bad = Chunks(2, {0});
      bad.chunks[0].vector = wrong;
      const Status refused =
          bench.Index().Apply({PutChunks{Chunks(1, {0}), 1}, PutChunks{bad, 1}}, {"epoch", 5});
      REQUIRE_FALSE(refused);
      CHECK(refused.error().code == ErrorCode::kInvalidArgument);
    }
    REQUIRE(bench.Index().Commit());
    CHECK(bench.Find(0).empty());
  }
  SECTION("scanning gives each story once in pages, those without chunks too, and no tombstone") {
    ChunkBench bench(open());
    bench.Put({Chunks(1, {0}), Chunks(2, {}), Chunks(3, {0, 1, 2})}, 4);
    bench.Apply({DropChunks{kTenant, IdOf(3), 5, 0}, PutChunks{Chunks(4, {3}), 5}});
    std::vector<Id> seen;
    std::string after;
    do {
      const IndexedPage page = bench.Index().Scan(after, 2).value();
      CHECK(page.stories.size() <= 2);
      for (const IndexedStory& story : page.stories) {
        seen.push_back(story.id);
        CHECK(story.tenant_id == kTenant);
        CHECK(IdOf(static_cast<int>(story.updated_at)) == story.id);
      }
      after = page.next;
    } while (!after.empty());
    std::sort(seen.begin(), seen.end());
    CHECK(seen == std::vector{IdOf(1), IdOf(2), IdOf(4)});
  }
  SECTION("vectors are known by model and content, once remembered or put") {
    ChunkBench bench(open());
    REQUIRE(bench.Index().Remember(kModel, {{"a", At(10)}, {"b", At(20)}}));
    bench.Put({Chunks(1, {30})});
    const auto known = bench.Index().Known(kModel.id, {"a", "b", "c", HashOf(At(30))}).value();
    CHECK(known.size() == 3);
    CHECK(known.at("a") == At(10));
    CHECK(known.at(HashOf(At(30))) == At(30));
    CHECK(bench.Index().Known("test:other", {"a", "b"}).value().empty());
    CHECK(bench.Find(10) == std::vector{IdOf(1)});  // Remembering makes nothing findable.
  }
}

void CheckChunkIndexGenerations(const OpenChunkIndex& open) {
  SECTION("a generation in the making is seen by nobody, and the one that is asked goes on") {
    ChunkBench bench(open());
    bench.Put({Chunks(1, {0})});
    const auto next = bench.Index().StartGeneration(kModel).value();
    REQUIRE(next->Apply({PutChunks{Chunks(2, {0}), 5}}, {"new", 5}));
    REQUIRE(next->Commit());
    CHECK(bench.Find(0) == std::vector{IdOf(1)});
    bench.Put({Chunks(3, {0})});
    CHECK(bench.Find(0).size() == 2);
    CHECK(bench.Index().Committed().value()->position == Position{"epoch", 2});
  }
  SECTION("adopted it is what is asked, with its model, its position and its versions") {
    const EmbeddingModel other{"test:other", 2, 50};
    {
      ChunkBench bench(open());
      bench.Apply({PutChunks{Chunks(1, {0}), 9}, DropChunks{kTenant, IdOf(2), 9, 0}});
      auto next = bench.Index().StartGeneration(other).value();
      StoryChunks story = Chunks(2, {0});
      story.chunks[0].vector = {0, 1};
      REQUIRE(next->Apply({PutChunks{story, 5}}, {"new", 5}));
      REQUIRE(next->Commit());
      REQUIRE(bench.Index().Adopt(std::move(next)));
    }
    const auto index = open();
    const auto state = index->Committed().value().value();
    CHECK(state.position == Position{"new", 5});
    CHECK(state.model == other);
    ChunkQuery query = ChunkBench::Ask(0);
    CHECK(index->Knn(query).error().code == ErrorCode::kConflict);
    query.model = other.id;
    CHECK(index->Knn(query).error().code == ErrorCode::kInvalidArgument);
    query.vector = {0, 1};
    REQUIRE(index->Knn(query).value().size() == 1);
    CHECK(index->Knn(query).value()[0].id == IdOf(2));
  }
  SECTION("adopting drops what was staged on either side") {
    ChunkBench bench(open());
    REQUIRE(bench.Index().Apply({PutChunks{Chunks(4, {0}), 7}}, {"epoch", 7}));
    auto next = bench.Index().StartGeneration(kModel).value();
    REQUIRE(next->Apply({PutChunks{Chunks(2, {0}), 5}}, {"new", 5}));
    REQUIRE(next->Commit());
    REQUIRE(next->Apply({PutChunks{Chunks(3, {0}), 6}}, {"new", 6}));
    REQUIRE(bench.Index().Adopt(std::move(next)));
    REQUIRE(bench.Index().Commit());
    CHECK(bench.Find(0) == std::vector{IdOf(2)});
    CHECK(bench.Index().Committed().value()->position == Position{"new", 5});
  }
  SECTION("one that is given up leaves room for another, two at a time are refused") {
    ChunkBench bench(open());
    auto first = bench.Index().StartGeneration(kModel).value();
    CHECK(bench.Index().StartGeneration(kModel).error().code == ErrorCode::kConflict);
    first.reset();
    CHECK(bench.Index().StartGeneration(kModel));
  }
  SECTION("one that was never adopted is gone when the index is opened again") {
    {
      ChunkBench bench(open());
      bench.Put({Chunks(1, {0})});
      const auto next = bench.Index().StartGeneration(kModel).value();
      REQUIRE(next->Apply({PutChunks{Chunks(2, {0}), 5}}, {"new", 5}));
      REQUIRE(next->Commit());
    }
    ChunkBench bench(open());
    CHECK(bench.Find(0) == std::vector{IdOf(1)});
  }
  SECTION("what embedding cost outlives a generation") {
    ChunkBench bench(open());
    bench.Put({Chunks(1, {30})});
    bench.Adopt(kModel);
    CHECK(bench.Find(30).empty());
    CHECK(bench.Index().Known(kModel.id, {HashOf(At(30))}).value().size() == 1);
  }
  SECTION("tombstones are swept that are old enough and whose version was passed") {
    ChunkBench bench(open());
    bench.Apply({DropChunks{kTenant, IdOf(1), 5, 100}, DropChunks{kTenant, IdOf(2), 5, 300},
                 DropChunks{kTenant, IdOf(3), 50, 100}, PutChunks{Chunks(4, {0}), 1}});
    CHECK(bench.Index().Sweep(200, 10).value() == 1);
    REQUIRE(bench.Index().Commit());
    bench.Put({Chunks(1, {0}), Chunks(2, {0}), Chunks(3, {0})}, 1);
    CHECK(bench.Find(0) == std::vector{IdOf(1), IdOf(4)});
    CHECK(bench.Index().Sweep(200, 10).value() == 0);
  }
}

void CheckChunkIndexAccess(const OpenChunkIndex& open) {
  const auto read_by = [](StoryChunks story, std::vector<std::string> readers) {
    story.story.readers = std::move(readers);
    return story;
  };
  SECTION("only stories that share a reader term take part, and nobody's query finds none") {
    ChunkBench bench(open());
    bench.Put({read_by(Chunks(1, {0}), {"u:ada"}), read_by(Chunks(2, {1}), {"u:bo", "u:ada"}),
               read_by(Chunks(3, {2}), {})});
    ChunkQuery query = bench.Ask(0);
    query.readers = {"u:bo", "u:cy"};
    CHECK(bench.Find(query) == std::vector{IdOf(2)});
    query.readers = {};
    CHECK(bench.Find(query).empty());
    query.readers = {"u:"};
    CHECK(bench.Find(query).empty());
  }
  SECTION("however many nearer ones a reader may not see, as many come as were asked for") {
    ChunkBench bench(open());
    std::vector<StoryChunks> stories;
    for (int i = 0; i < 500; ++i) stories.push_back(read_by(Chunks(i, {0.01 * i}), {"u:other"}));
    for (int i = 500; i < 510; ++i) stories.push_back(Chunks(i, {80.0 + i - 500}));
    bench.Put(stories);
    ChunkQuery query = bench.Ask(0);
    query.limit = 10;
    const auto before = bench.Index().Knn(query).value();
    REQUIRE(before.size() == 10);
    CHECK(before.front().id == IdOf(500));
    // The same hits, order and scores without what they may not see.
    std::vector<ChunkOperation> drops;
    for (int i = 0; i < 500; ++i) drops.push_back(DropChunks{kTenant, IdOf(i), 2, 0});
    bench.Apply(drops);
    const auto after = bench.Index().Knn(query).value();
    REQUIRE(after.size() == 10);
    for (std::size_t i = 0; i < 10; ++i) {
      CHECK(after[i].id == before[i].id);
      CHECK(after[i].similarity == before[i].similarity);
    }
  }
  SECTION("two tenants never meet, though they use the same ids and reader terms") {
    ChunkBench bench(open());
    const std::string other = "0190b0aa-0000-7000-8000-00000000000b";
    StoryChunks theirs = Chunks(1, {10});
    theirs.story.tenant_id = other;
    bench.Put({Chunks(1, {0}), theirs});
    CHECK(bench.Index().Knn(bench.Ask(0)).value().at(0).similarity == Approx(1));
    ChunkQuery query = bench.Ask(10);
    query.tenant_id = other;
    REQUIRE(bench.Index().Knn(query).value().size() == 1);
    CHECK(bench.Index().Knn(query).value().at(0).similarity == Approx(1));
    bench.Apply({DropChunks{other, IdOf(1), 9, 0}});
    CHECK(bench.Find(query).empty());
    CHECK(bench.Find(0) == std::vector{IdOf(1)});
  }
  SECTION("filters are part of the search") {
    ChunkBench bench(open());
    StoryChunks one = Chunks(1, {0});
    one.story.legacy_id = IdOf(900'001);
    one.story.status = StoryStatus::kDraft;
    one.story.tags = {"Bread", "war"};
    one.story.author = "Élise Roux";
    one.story.language = "de-AT";
    one.story.happened_at = Edtf{"1911", 100, 200};
    bench.Put({one, Chunks(2, {1})});
    const auto only_one = [&](auto set) {
      ChunkQuery query = bench.Ask(0);
      set(query);
      return bench.Find(query) == std::vector{IdOf(1)};
    };
    const auto none = [&](auto set) {
      ChunkQuery query = bench.Ask(0);
      set(query);
      return bench.Find(query).empty();
    };
    CHECK(only_one([](ChunkQuery& q) { q.legacy_id = IdOf(900'001); }));
    CHECK(only_one([](ChunkQuery& q) {
      q.statuses = {StoryStatus::kDraft, StoryStatus::kArchived};
    }));
    CHECK(only_one([](ChunkQuery& q) { q.tags = {"bread", "WAR"}; }));
    CHECK(none([](ChunkQuery& q) { q.tags = {"bread", "peace"}; }));
    CHECK(only_one([](ChunkQuery& q) { q.author = "élise  roux"; }));
    CHECK(only_one([](ChunkQuery& q) { q.language = "de"; }));
    CHECK(none([](ChunkQuery& q) { q.language = "d"; }));
    CHECK(only_one([](ChunkQuery& q) { q.from = 200; }));
    CHECK(none([](ChunkQuery& q) { q.from = 201; }));
    CHECK(only_one([](ChunkQuery& q) { q.to = 100; }));
    CHECK(none([](ChunkQuery& q) { q.to = 99; }));
  }
}

void CheckChunkIndexNearness(const OpenChunkIndex& open) {
  SECTION("each story comes once, by its nearest chunk, nearest first") {
    ChunkBench bench(open());
    bench.Put({Chunks(1, {50, 10, 70}), Chunks(2, {20, 5}), Chunks(3, {120})});
    const auto hits = bench.Index().Knn(bench.Ask(0)).value();
    REQUIRE(hits.size() == 3);
    CHECK(hits[0].id == IdOf(2));
    CHECK(hits[0].ordinal == 1);
    CHECK(hits[0].begin == 100);
    CHECK(hits[0].end == 190);
    CHECK(hits[1].id == IdOf(1));
    CHECK(hits[1].ordinal == 1);
    CHECK(hits[1].similarity == Approx(0.98480775).margin(1e-5));
    CHECK(hits[2].similarity == Approx(-0.5).margin(1e-5));
    CHECK(hits[2].legacy_id == IdOf(900'000));
  }
  SECTION("of equals the smaller id comes first, also where the limit cuts") {
    ChunkBench bench(open());
    std::vector<StoryChunks> stories;
    for (int i = 60; i > 0; --i) stories.push_back(Chunks(i, {30, 30, 30}));
    bench.Put(stories);
    ChunkQuery query = bench.Ask(0);
    query.limit = 3;
    CHECK(bench.Find(query) == std::vector{IdOf(1), IdOf(2), IdOf(3)});
    CHECK(bench.Index().Knn(query).value().at(0).ordinal == 0);
  }
  SECTION("a limit beyond what there is gives all there is, and wrong ones are refused") {
    ChunkBench bench(open());
    bench.Put({Chunks(1, {0, 5}), Chunks(2, {})});
    ChunkQuery query = bench.Ask(0);
    query.limit = kMaxNearest;
    CHECK(bench.Find(query) == std::vector{IdOf(1)});
    for (const std::size_t wrong : {std::size_t{0}, kMaxNearest + 1}) {
      query.limit = wrong;
      CHECK(bench.Index().Knn(query).error().code == ErrorCode::kInvalidArgument);
    }
    query = bench.Ask(0);
    query.vector = {1, 0, 0};
    CHECK(bench.Index().Knn(query).error().code == ErrorCode::kInvalidArgument);
    query.vector = {1, 0, 0, std::numeric_limits<float>::quiet_NaN()};
    CHECK(bench.Index().Knn(query).error().code == ErrorCode::kInvalidArgument);
  }
  SECTION("what comes into a place that was given up is found as itself") {
    ChunkBench bench(open());
    bench.Put({Chunks(1, {0, 10}), Chunks(2, {20})});
    CHECK(bench.Find(0).size() == 2);
    bench.Apply({DropChunks{kTenant, IdOf(1), 2, 0}});
    bench.Put({Chunks(3, {90}), Chunks(4, {80, 85})});
    CHECK(bench.Find(90) == std::vector{IdOf(3), IdOf(4), IdOf(2)});
  }
}

}  // namespace heirloom::contract
