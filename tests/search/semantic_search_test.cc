#include "appliance/search/semantic_search_service.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>

#include "appliance/search/chunker.h"
#include "appliance/search/embedding_index.h"
#include "index/faiss/faiss_index.h"
#include "tests/search/library.h"

namespace heirloom {
namespace {

using testing::Household;

// Knows three meanings, each by several words, and can be gone.
class Meanings final : public Embedder {
 public:
  Result<EmbeddingModel> Model() override {
    if (gone) return Fail(ErrorCode::kUnavailable, "the model is missing");
    return EmbeddingModel{name, 4, 100};
  }
  Result<std::vector<Vector>> Embed(std::span<const std::string> texts) override {
    if (gone) return Fail(ErrorCode::kUnavailable, "the model is missing");
    std::vector<Vector> vectors;
    for (const std::string& text : texts) {
      ++embedded;
      const auto about = [&](const char* one, const char* other) {
        return text.find(one) != text.npos || text.find(other) != text.npos ? 1.0F : 0.0F;
      };
      Vector vector = {about("bread", "loaf"), about("ship", "boat"), about("war", "battle"), 0.1F};
      float squares = 0;
      for (const float each : vector) squares += each * each;
      for (float& each : vector) each /= std::sqrt(squares);
      vectors.push_back(std::move(vector));
    }
    return vectors;
  }

  std::atomic<bool> gone = false;
  std::atomic<int> embedded = 0;
  std::string name = "test:meanings";
};

struct MeaningHouse : Household {
  Meanings embedder;
  std::unique_ptr<ChunkIndex> chunks =
      OpenFaissIndex({.file = folder / "vectors.db"}, clock).value();
  EmbeddingIndex index{*chunks, embedder};
  std::unique_ptr<Indexer> indexer =
      std::make_unique<Indexer>(*database, feed, index, clock, IndexerTraits{.events_at_once = 4});
  StoryLookupService lookup{*database};
  SemanticSearchService search{chunks.get(), &embedder, indexer.get(), lookup, legacies};
  Principal ada = Person("ada");
  Id legacy = LegacyOf(ada);

  MeaningHouse() { indexer->Start(); }

  void CatchUp() {
    const auto head = ReadOne(*database, [](Reader& reader) { return reader.Head(); }).value();
    if (!indexer->WaitFor(head, std::chrono::seconds(60))) Panic("the index does not follow");
  }
  Result<FoundPage> Ask(const Principal& who, const std::string& text, std::size_t limit = 30,
                        std::vector<std::string> after = {}) {
    SearchRequest request;
    request.text = text;
    request.semantic = true;
    request.limit = limit;
    request.after = std::move(after);
    return search.Search(who, request);
  }
  std::vector<std::string> Find(const Principal& who, const std::string& text) {
    CatchUp();
    const FoundPage page = Ask(who, text).value();
    std::vector<std::string> titles;
    for (const FoundStory& found : page.items) titles.push_back(found.story.title);
    return titles;
  }
};

TEST_CASE("a story is found by what it means, with the passage that says it") {
  MeaningHouse house;
  house.Write(house.ada, house.legacy, "Friday", "She baked bread.");
  house.Write(house.ada, house.legacy, "Monday", "The ship left.");
  CHECK(house.Find(house.ada, "a loaf") == std::vector<std::string>{"Friday"});
  const FoundPage page = house.Ask(house.ada, "boat").value();
  REQUIRE(page.items.size() == 1);
  REQUIRE(page.items[0].snippet.size() == 1);
  CHECK(page.items[0].snippet[0].text == "The ship left.");
  CHECK_FALSE(page.items[0].snippet[0].match);
}

TEST_CASE("stories of others change nothing of what is found by meaning") {
  MeaningHouse house;
  const Principal bo = house.Person("bo");
  const Id theirs = house.LegacyOf(bo, "Another family");
  house.Write(house.ada, house.legacy, "Mine", "bread and a ship");
  const auto before = house.Find(house.ada, "bread");
  for (int i = 0; i < 60; ++i) house.Write(bo, theirs, "Theirs", "bread");
  CHECK(house.Find(house.ada, "bread") == before);
  CHECK(house.Find(bo, "bread").size() == 30);
}

TEST_CASE("a story that was changed or deleted since it was embedded shows nothing of before") {
  MeaningHouse house;
  const Story story = house.Write(house.ada, house.legacy, "Friday", "She baked bread.");
  REQUIRE(house.Find(house.ada, "bread").size() == 1);
  house.indexer->Stop();
  REQUIRE(house.stories.Delete(house.ada, story.id, story.version));
  CHECK(house.Ask(house.ada, "bread")->items.empty());
}

TEST_CASE("pages follow each other, and a cursor of another question is refused") {
  MeaningHouse house;
  for (int i = 0; i < 5; ++i) {
    house.Write(house.ada, house.legacy, "Story " + std::to_string(i), "bread");
  }
  CHECK(house.Find(house.ada, "bread").size() == 5);
  const FoundPage first = house.Ask(house.ada, "bread", 3).value();
  REQUIRE(first.items.size() == 3);
  const FoundPage second = house.Ask(house.ada, "bread", 3, first.next).value();
  REQUIRE(second.items.size() == 2);
  CHECK(second.next.empty());
  CHECK(house.Ask(house.ada, "ship", 3, first.next).error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("what is asked without words is refused, what no model answers is unavailable") {
  MeaningHouse house;
  CHECK(house.Ask(house.ada, " \n").error().code == ErrorCode::kInvalidArgument);
  house.embedder.gone = true;
  CHECK(house.Ask(house.ada, "bread").error().code == ErrorCode::kUnavailable);
  SemanticSearchService none(nullptr, nullptr, nullptr, house.lookup, house.legacies);
  SearchRequest request;
  request.text = "bread";
  CHECK(none.Search(house.ada, request).error().code == ErrorCode::kUnavailable);
}

TEST_CASE("an edit, a change of who may read and a rebuild embed only what is new") {
  MeaningHouse house;
  std::string text;
  for (int i = 0; i < 60; ++i) text += "She baked bread on day " + std::to_string(100 + i) + ". ";
  const Story story = house.Write(house.ada, house.legacy, "Friday", text);
  house.CatchUp();
  const int whole = house.embedder.embedded;
  CHECK(whole >= 3);
  StoryInput edited = Household::Input("Friday", text + "And that was all.");
  REQUIRE(house.stories.Update(house.ada, story.id, story.version, edited));
  house.CatchUp();
  CHECK(house.embedder.embedded == whole + 1);
  NoProgress progress;
  CHECK(house.indexer->Rebuild(progress).value() == 1);
  CHECK(house.embedder.embedded == whole + 1);
}

}  // namespace
}  // namespace heirloom
