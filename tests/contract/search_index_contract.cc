#include "tests/contract/search_index_contract.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/contract/search_index_fixture.h"

namespace heirloom::contract {

void CheckSearchIndex(const OpenSearchIndex& open) {
  CheckSearchIndexKeeping(open);
  CheckSearchIndexGenerations(open);
  CheckSearchIndexAccess(open);
  CheckSearchIndexWords(open);
  CheckSearchIndexOrder(open);
  CheckSearchIndexVocabulary(open);
  CheckSearchIndexFindWords(open);
}

void CheckSearchIndexKeeping(const OpenSearchIndex& open) {
  SECTION("a new index has no position and finds nothing") {
    Bench bench(open());
    CHECK(bench.Index().Committed().value() == std::nullopt);
    CHECK(bench.Find("").empty());
    CHECK(bench.Find("walk").empty());
  }
  SECTION("what was applied is seen after the commit and not before") {
    Bench bench(open());
    REQUIRE(bench.Index().Apply({PutStory{Story(1, "The mill", "We walked."), 1}}, {"epoch", 7}));
    CHECK(bench.Find("mill").empty());
    CHECK(bench.Index().Committed().value() == std::nullopt);
    REQUIRE(bench.Index().Commit());
    CHECK(bench.Find("mill") == std::vector{IdOf(1)});
    CHECK(bench.Index().Committed().value() == Position{"epoch", 7});
  }
  SECTION("an index opened again has its position and its stories") {
    { Bench(open()).Put({Story(1, "The mill", "We walked.")}); }
    Bench bench(open());
    CHECK(bench.Index().Committed().value() == Position{"epoch", 1});
    CHECK(bench.Find("walk") == std::vector{IdOf(1)});
  }
  SECTION("what was not committed is gone when the index is opened again, position included") {
    {
      Bench bench(open());
      bench.Put({Story(1, "The mill", "We walked.")});
      REQUIRE(bench.Index().Apply({PutStory{Story(2, "The mill", ""), 2}}, {"epoch", 2}));
    }
    Bench bench(open());
    CHECK(bench.Index().Committed().value() == Position{"epoch", 1});
    CHECK(bench.Find("mill") == std::vector{IdOf(1)});
  }
  SECTION("a scan gives every story once, page by page, as it was put, and no tombstone") {
    Bench bench(open());
    std::vector<StoryDocument> stories;
    for (int number = 1; number <= 7; ++number) stories.push_back(Story(number, "The mill", ""));
    stories.back().tenant_id = "another-tenant/with a slash";
    bench.Put(stories);
    bench.Apply({DropStory{kTenant, IdOf(3), 100, 1}});
    std::vector<std::string> found;
    std::string after;
    do {
      const IndexedPage page = bench.Index().Scan(after, 2).value();
      CHECK(page.stories.size() <= 2);
      for (const IndexedStory& story : page.stories) {
        found.push_back(story.tenant_id + " " + story.id);
        CHECK(IdOf(static_cast<int>(story.updated_at)) == story.id);
        CHECK(story.version == 1);
      }
      after = page.next;
    } while (!after.empty());
    std::sort(found.begin(), found.end());
    std::vector<std::string> expected;
    for (const int number : {1, 2, 4, 5, 6}) expected.push_back(kTenant + " " + IdOf(number));
    expected.push_back("another-tenant/with a slash " + IdOf(7));
    std::sort(expected.begin(), expected.end());
    CHECK(found == expected);
  }
  SECTION("an empty index has nothing to scan") {
    Bench bench(open());
    const IndexedPage page = bench.Index().Scan("", 10).value();
    CHECK(page.stories.empty());
    CHECK(page.next.empty());
  }
  SECTION("a position without operations is kept") {
    Bench bench(open());
    bench.Apply({});
    CHECK(bench.Index().Committed().value() == Position{"epoch", 1});
  }
  SECTION("a commit without anything applied changes nothing") {
    Bench bench(open());
    bench.Put({Story(1, "The mill", "")});
    REQUIRE(bench.Index().Commit());
    CHECK(bench.Index().Committed().value() == Position{"epoch", 1});
  }
  SECTION("a put replaces what the story was") {
    Bench bench(open());
    bench.Apply({PutStory{Story(1, "The mill", "We walked."), 1}});
    bench.Apply({PutStory{Story(1, "The ferry", "We sailed."), 2}});
    CHECK(bench.Find("mill").empty());
    CHECK(bench.Find("ferry") == std::vector{IdOf(1)});
  }
  SECTION("an older put is ignored") {
    Bench bench(open());
    bench.Apply({PutStory{Story(1, "The ferry", ""), 9}});
    bench.Apply({PutStory{Story(1, "The mill", ""), 8}});
    CHECK(bench.Find("ferry") == std::vector{IdOf(1)});
    CHECK(bench.Find("mill").empty());
  }
  SECTION("an older deletion is ignored") {
    Bench bench(open());
    bench.Apply({PutStory{Story(1, "The ferry", ""), 9}});
    bench.Apply({DropStory{kTenant, IdOf(1), 8}});
    CHECK(bench.Find("ferry") == std::vector{IdOf(1)});
  }
  SECTION(
      "a deleted story is not brought back by an older put, neither before nor after reopening") {
    {
      Bench bench(open());
      bench.Apply({PutStory{Story(1, "The ferry", ""), 3}, DropStory{kTenant, IdOf(1), 5}});
      bench.Apply({PutStory{Story(1, "The ferry", ""), 4}});
      CHECK(bench.Find("").empty());
    }
    Bench bench(open());
    bench.Apply({PutStory{Story(1, "The ferry", ""), 4}});
    CHECK(bench.Find("").empty());
    CHECK(bench.Find("ferry").empty());
    CHECK(bench.Suggest("ferry").empty());
  }
  SECTION("a deletion that comes before the put it deletes still holds") {
    Bench bench(open());
    bench.Apply({DropStory{kTenant, IdOf(1), 5}});
    bench.Apply({PutStory{Story(1, "The ferry", ""), 4}});
    CHECK(bench.Find("").empty());
  }
  SECTION("a newer put brings a deleted story back") {
    Bench bench(open());
    bench.Apply({DropStory{kTenant, IdOf(1), 5}});
    bench.Apply({PutStory{Story(1, "The ferry", ""), 6}});
    CHECK(bench.Find("ferry") == std::vector{IdOf(1)});
  }
  SECTION("operations of one batch hold in order, and a batch may come twice") {
    Bench bench(open());
    const std::vector<IndexOperation> batch = {PutStory{Story(1, "The mill", ""), 1},
                                               PutStory{Story(1, "The ferry", ""), 2},
                                               PutStory{Story(2, "The quarry", ""), 2}};
    bench.Apply(batch);
    bench.Apply(batch);
    CHECK(bench.Find("").size() == 2);
    CHECK(bench.Find("mill").empty());
    CHECK(bench.Find("ferry") == std::vector{IdOf(1)});
  }
}

}  // namespace heirloom::contract
