#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "tests/contract/search_index_contract.h"
#include "tests/contract/search_index_fixture.h"

namespace heirloom::contract {
namespace {

void CheckRanking(const OpenSearchIndex& open) {
  SECTION("a word in the title outweighs the same word many times in the text") {
    Bench bench(open());
    bench.Put({Story(1, "The harvest of that year", "It rained and we stayed inside all day long."),
               Story(2, "A day", "Harvest, harvest, harvest, harvest and again the harvest."),
               Story(3, "Another day", "Nothing happened.")});
    CHECK(bench.Find("harvest") == std::vector{IdOf(1), IdOf(2)});
  }
  SECTION("a beginning in the title outweighs one in the text") {
    Bench bench(open());
    bench.Put({Story(1, "Grandmother", "She baked."), Story(2, "A day", "My grandmother baked."),
               Story(3, "A day", "It rained.")});
    CHECK(bench.Find("grandm") == std::vector{IdOf(1), IdOf(2)});
  }
  SECTION("rare words outweigh common ones") {
    Bench bench(open());
    std::vector<StoryDocument> stories;
    for (int i = 1; i <= 20; ++i) stories.push_back(Story(i, "", "the house and the garden"));
    stories.push_back(Story(21, "", "the house and the lighthouse"));
    bench.Put(stories);
    CHECK(bench.Find("garden lighthouse ")[0] == IdOf(21));
  }
  SECTION("equals come newest first, then by id") {
    Bench bench(open());
    std::vector<StoryDocument> stories;
    for (const auto& [number, updated] : {std::pair(1, 50), std::pair(2, 70), std::pair(3, 50)}) {
      stories.push_back(Story(number, "The mill", "the same"));
      stories.back().updated_at = updated;
    }
    bench.Put(stories);
    const std::vector<Id> expected = {IdOf(2), IdOf(1), IdOf(3)};
    CHECK(bench.Find("mill") == expected);
    CHECK(bench.Find("") == expected);
    CHECK(bench.Find("-absent") == expected);
    CHECK(bench.Suggest("mi") == expected);
  }
  SECTION("stories from before 1970 and far ahead keep their place") {
    Bench bench(open());
    std::vector<StoryDocument> stories;
    for (const auto& [number, updated] :
         {std::pair(1, std::int64_t{-5}), std::pair(2, std::int64_t{5'000'000'000'000'000}),
          std::pair(3, std::int64_t{0}), std::pair(4, std::int64_t{255})}) {
      stories.push_back(Story(number, "The mill", ""));
      stories.back().updated_at = updated;
    }
    bench.Put(stories);
    CHECK(bench.Find("") == std::vector{IdOf(2), IdOf(4), IdOf(3), IdOf(1)});
  }
}

void CheckSuggestions(const OpenSearchIndex& open) {
  SECTION("suggestions are of titles that hold all words, the last as a beginning") {
    Bench bench(open());
    bench.Put({Story(1, "The old mill", ""), Story(2, "Millions", ""),
               Story(3, "The ferry", "mill"), Story(4, "Walking to the mill", "")});
    const std::vector<Id> all = bench.Suggest("mil");
    CHECK(std::set(all.begin(), all.end()) == std::set{IdOf(1), IdOf(2), IdOf(4)});
    CHECK(bench.Suggest("old mi") == std::vector{IdOf(1)});
    CHECK(bench.Suggest("walked mil") == std::vector{IdOf(4)});
    CHECK(bench.Suggest("mill absent").empty());
    CHECK(bench.Suggest("").empty());
    CHECK(bench.Suggest("?").empty());
  }
  SECTION("a phrase of a suggestion stands in the title") {
    Bench bench(open());
    bench.Put({Story(1, "The old mill", ""), Story(2, "Old", "the old mill"),
               Story(3, "Mill, old", "the old mill"), Story(4, "東京", "", "ja"),
               Story(5, "東", "東京", "ja")});
    CHECK(bench.Suggest("\"old mill\"") == std::vector{IdOf(1)});
    CHECK(bench.Suggest("東京") == std::vector{IdOf(4)});
  }
  SECTION("suggestions keep to the legacy and the limit, and say that there are more") {
    Bench bench(open());
    std::vector<StoryDocument> stories;
    for (int i = 1; i <= 5; ++i) stories.push_back(Story(i, "The mill", ""));
    stories[0].legacy_id = IdOf(5);
    bench.Put(stories);
    SuggestQuery query{kTenant, {kReader}, "mill", IdOf(5), 8};
    CHECK(Ids(bench.Index().Suggest(query).value()) == std::vector{IdOf(1)});
    query.legacy_id.reset();
    query.limit = 2;
    const SearchHits hits = bench.Index().Suggest(query).value();
    CHECK(hits.hits.size() == 2);
    CHECK(hits.more);
  }
}

void CheckPages(const OpenSearchIndex& open) {
  SECTION("whatever the order, 2,000 stories come once each, and fewer are the first of more") {
    Bench bench(open());
    std::vector<StoryDocument> stories;
    for (int i = 0; i < 2000; ++i) {
      std::string text = "the mill";
      for (int k = 0; k < i % 7; ++k) text += " mill and wheel " + std::to_string(i % 13);
      stories.push_back(Story(i, i % 3 == 0 ? "The mill" : "A day", text));
      stories.back().updated_at = i / 10;
    }
    bench.Put(stories);
    for (const char* text : {"", "mill", "wheel mill", "whe", "mill absent"}) {
      CAPTURE(text);
      SearchQuery query = Bench::Ask(text);
      query.limit = kMaxSearchHits;
      const SearchHits all = bench.Hits(query);
      CHECK(!all.more);
      const std::vector<Id> ids = Ids(all);
      CHECK(std::set(ids.begin(), ids.end()).size() == ids.size());
      // Every seventh story says nothing of a wheel.
      CHECK(ids.size() == (std::string_view(text).starts_with("whe") ? 1714 : 2000));
      query.limit = 170;
      const SearchHits some = bench.Hits(query);
      CHECK(some.more);
      CHECK(Ids(some) == std::vector<Id>(ids.begin(), ids.begin() + 170));
    }
  }
  SECTION("more says whether there are candidates after these") {
    Bench bench(open());
    bench.Put({Story(1, "The mill", ""), Story(2, "The mill", ""), Story(3, "The mill", "")});
    SearchQuery query = Bench::Ask("mill");
    query.limit = 2;
    CHECK(bench.Hits(query).more);
    query.limit = 3;
    CHECK(!bench.Hits(query).more);
    query.limit = 0;
    CHECK(bench.Hits(query).hits.empty());
  }
  SECTION("more than the most is refused") {
    Bench bench(open());
    SearchQuery query = Bench::Ask("");
    query.limit = kMaxSearchHits;
    CHECK(bench.Index().Query(query));
    query.limit = kMaxSearchHits + 1;
    CHECK(bench.Index().Query(query).error().code == ErrorCode::kInvalidArgument);
  }
}

}  // namespace

void CheckSearchIndexOrder(const OpenSearchIndex& open) {
  CheckRanking(open);
  CheckSuggestions(open);
  CheckPages(open);
}

}  // namespace heirloom::contract
