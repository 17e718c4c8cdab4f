#include <algorithm>
#include <catch2/catch.hpp>
#include <optional>

#include "tests/contract/search_index_contract.h"
#include "tests/contract/search_index_fixture.h"

namespace heirloom::contract {
namespace {

Day DayOf(const char* text) { return ParseEdtf(text).value().first; }

StoryDocument Dated(int number, const char* happened) {
  StoryDocument story = Story(number, "A day", "");
  story.happened_at = ParseEdtf(happened).value();
  return story;
}

// Everything that a reader can notice of an index, but for the order.
struct Noticed {
  std::vector<std::vector<Id>> hits;
  std::vector<bool> more;
  std::vector<std::vector<std::string>> completions;
  std::vector<std::optional<std::string>> corrections;

  friend bool operator==(const Noticed&, const Noticed&) = default;
};

Noticed NoticeAll(Bench& bench) {
  Noticed noticed;
  for (const char* text : {"", "garden", "gard", "ga", "apple pear", "apple absent", "\"old pear\"",
                           "garden -apple", "walking in the garden of apple and pear"}) {
    SearchQuery query = Bench::Ask(text);
    query.limit = 3;
    SearchHits hits = bench.Hits(query);
    noticed.more.push_back(hits.more);
    query.limit = 200;
    hits = bench.Hits(query);
    noticed.more.push_back(hits.more);
    noticed.hits.push_back(Ids(hits));
    std::sort(noticed.hits.back().begin(), noticed.hits.back().end());
    noticed.hits.push_back(bench.Suggest(text));
    std::sort(noticed.hits.back().begin(), noticed.hits.back().end());
    noticed.completions.push_back(bench.Complete(text));
  }
  for (const char* text : {"gardn", "appel", "aple paer", "walkng", "\"old paer\"", "gaarden",
                           "ga17x", "stranegr", "nothing gardne"}) {
    noticed.corrections.push_back(bench.Correct(text));
  }
  return noticed;
}

// Stories of others that crowd every list there is: the same words, many words with the same
// beginnings, other languages, all of them newer.
std::vector<StoryDocument> OfOthers(int count) {
  std::vector<StoryDocument> stories;
  for (int i = 0; i < count; ++i) {
    std::string words = "garden apple pear old pear walking absent stranger gardens aple garten";
    for (int k = 0; k < 10; ++k) {
      words += " ga" + std::to_string(i) + "x" + std::to_string(k) + " gard" + std::to_string(i);
    }
    stories.push_back(Story(1000 + i, "Garden ga" + std::to_string(i), words, i % 2 ? "de" : "en"));
    stories.back().readers = {"l:strangers:viewer", "u:stranger"};
  }
  return stories;
}

void CheckReaders(const OpenSearchIndex& open) {
  SECTION("a story is found by a query that shares a reader with it, and by no other") {
    Bench bench(open());
    StoryDocument story = Story(1, "The mill", "");
    story.readers = {"u:ada", "l:family:editor"};
    bench.Put({story});
    SearchQuery query = Bench::Ask("mill");
    query.readers = {"u:bob", "l:family:editor"};
    CHECK(bench.Find(query) == std::vector{IdOf(1)});
    for (const std::vector<std::string>& others : std::vector<std::vector<std::string>>{
             {"u:bob"}, {"u:adam"}, {"u:ad"}, {"l:family:viewer"}, {}}) {
      query.readers = others;
      CHECK(bench.Find(query).empty());
      SuggestQuery suggest{kTenant, others, "mi", std::nullopt, 8};
      CHECK(bench.Index().Suggest(suggest).value().hits.empty());
    }
  }
  SECTION("a story without readers is found by nobody") {
    Bench bench(open());
    StoryDocument story = Story(1, "The mill", "");
    story.readers = {};
    bench.Put({story});
    CHECK(bench.Find("mill").empty());
    CHECK(bench.Find("").empty());
  }
  SECTION("a story's new readers replace the old") {
    Bench bench(open());
    StoryDocument story = Story(1, "The mill", "");
    bench.Apply({PutStory{story, 1}});
    story.readers = {"u:ada"};
    bench.Apply({PutStory{story, 2}});
    CHECK(bench.Find("mill").empty());
  }
  SECTION("words are no way into the terms that guard stories") {
    Bench bench(open());
    StoryDocument hidden = Story(1, "The mill", "");
    hidden.readers = {"u:ada"};
    bench.Put({hidden, Story(2, "The ferry", "")});
    for (const char* text :
         {"XR:u:ada", "XRu:ada", "reader:u:ada", "u:ada", "Wmill", "XD", "mill OR ferry"}) {
      const std::vector<Id> found = bench.Find(text);
      CHECK(std::find(found.begin(), found.end(), IdOf(1)) == found.end());
    }
  }
  SECTION("what a reader notices is the same with and without 300 stories of others") {
    Bench bench(open());
    std::vector<StoryDocument> own = {
        Story(1, "The garden", "An apple and an old pear."), Story(2, "Gardeners", "A pear."),
        Story(3, "Walking", "We walked in the garden."),     Story(4, "Game", "An apple."),
        Story(5, "Der Garten", "Ein Apfel.", "de"),          Story(6, "Nothing", "At all.")};
    bench.Put(own);
    const Noticed alone = NoticeAll(bench);
    bench.Put(OfOthers(300));
    CHECK(NoticeAll(bench) == alone);
  }
}

void CheckTenants(const OpenSearchIndex& open) {
  SECTION("two tenants with identical ids, readers and words meet nowhere") {
    Bench bench(open());
    StoryDocument mine = Story(1, "The mill", "mine");
    StoryDocument theirs = Story(1, "The mill", "theirs");
    theirs.tenant_id = "0190b0aa-0000-7000-8000-00000000000b";
    theirs.legacy_id = IdOf(77);
    bench.Put({mine, theirs});
    REQUIRE(bench.Hits(Bench::Ask("mill")).hits.size() == 1);
    CHECK(bench.Hits(Bench::Ask("mill")).hits[0].legacy_id == mine.legacy_id);
    CHECK(bench.Find("theirs").empty());
    CHECK(bench.Suggest("mill").size() == 1);
    bench.Apply({DropStory{kTenant, IdOf(1), 2}});
    CHECK(bench.Find("mill").empty());
    SearchQuery query = Bench::Ask("theirs");
    query.tenant_id = theirs.tenant_id;
    CHECK(bench.Find(query) == std::vector{IdOf(1)});
  }
}

void CheckFilters(const OpenSearchIndex& open) {
  SECTION("filters narrow alone, together, and with words") {
    Bench bench(open());
    StoryDocument a = Story(1, "The mill", "walked", "en");
    StoryDocument b = Story(2, "The mill", "walked", "de-AT");
    StoryDocument c = Story(3, "The mill", "sailed", "en-GB");
    a.tags = {"Childhood", "Water"};
    b.tags = {"water"};
    b.author = "José Müller";
    c.legacy_id = IdOf(5);
    bench.Put({a, b, c});

    SearchQuery query = Bench::Ask("");
    query.tags = {"WATER"};
    CHECK(bench.Find(query) == std::vector{IdOf(2), IdOf(1)});
    query.tags = {"water", "childhood"};
    CHECK(bench.Find(query) == std::vector{IdOf(1)});
    query.tags = {"wat"};
    CHECK(bench.Find(query).empty());

    query = Bench::Ask("");
    query.author = "JOSÉ  müller";
    CHECK(bench.Find(query) == std::vector{IdOf(2)});
    query.author = "José";
    CHECK(bench.Find(query).empty());

    query = Bench::Ask("");
    query.legacy_id = IdOf(5);
    CHECK(bench.Find(query) == std::vector{IdOf(3)});
    query.text = "walked";
    CHECK(bench.Find(query).empty());

    query = Bench::Ask("mill");
    query.language = "EN";
    CHECK(bench.Find(query).size() == 2);
    query.language = "en-gb";
    CHECK(bench.Find(query) == std::vector{IdOf(3)});
    query.language = "de";
    query.tags = {"water"};
    query.author = "josé müller";
    CHECK(bench.Find(query) == std::vector{IdOf(2)});
    query.language = "e";
    CHECK(bench.Find(query).empty());
  }
  SECTION("of several statuses one is enough, and none asked for means any") {
    Bench bench(open());
    std::vector<StoryDocument> stories = {Story(1, "The mill", ""), Story(2, "The mill", ""),
                                          Story(3, "The mill", "")};
    stories[1].status = StoryStatus::kDraft;
    stories[2].status = StoryStatus::kArchived;
    bench.Put(stories);
    SearchQuery query = Bench::Ask("mill");
    CHECK(bench.Find(query).size() == 3);
    query.statuses = {StoryStatus::kArchived};
    CHECK(bench.Find(query) == std::vector{IdOf(3)});
    query.statuses = {StoryStatus::kPublished, StoryStatus::kDraft};
    CHECK(bench.Find(query) == std::vector{IdOf(2), IdOf(1)});
    query.text = "";
    CHECK(bench.Find(query) == std::vector{IdOf(2), IdOf(1)});
  }
  SECTION("filters hold where one word is enough") {
    Bench bench(open());
    StoryDocument other = Story(2, "Apple", "");
    other.tags = {"fruit"};
    bench.Put({Story(1, "Apple", ""), other});
    SearchQuery query = Bench::Ask("apple nowhere");
    query.tags = {"fruit"};
    CHECK(bench.Find(query) == std::vector{IdOf(2)});
  }
  SECTION("values as long as the contract lets them be are told apart by their last byte") {
    Bench bench(open());
    const std::string stem(2000, 'x');
    StoryDocument story = Story(1, "The mill", "");
    story.tags = {stem + "a"};
    story.author = stem + "a";
    story.readers = {stem + "a"};
    story.tenant_id = stem + "a";
    bench.Put({story});
    SearchQuery query = Bench::Ask("mill");
    query.tenant_id = stem + "a";
    query.readers = {stem + "a"};
    query.tags = {stem + "a"};
    query.author = stem + "a";
    CHECK(bench.Find(query) == std::vector{IdOf(1)});
    query.readers = {stem + "b"};
    CHECK(bench.Find(query).empty());
    query.readers = {stem + "a"};
    query.tags = {stem + "b"};
    CHECK(bench.Find(query).empty());
  }
}

void CheckDays(const OpenSearchIndex& open) {
  SECTION("a span of days is met when it shares a day with what is asked for") {
    Bench bench(open());
    bench.Put({Dated(1, "1957"), Dated(2, "1957-03-14"), Dated(3, "1944/1946"), Dated(4, "../1950"),
               Dated(5, "1950/.."), Story(6, "A day", "without a date")});
    const auto in = [&bench](const char* from, const char* to) {
      SearchQuery query = Bench::Ask("");
      if (from != nullptr) query.from = DayOf(from);
      if (to != nullptr) query.to = DayOf(to);
      std::vector<Id> found = bench.Find(query);
      std::sort(found.begin(), found.end());
      return found;
    };
    CHECK(in(nullptr, nullptr).size() == 6);
    CHECK(in("1957-03-14", "1957-03-14") == std::vector{IdOf(1), IdOf(2), IdOf(5)});
    CHECK(in("1957-03-15", "1957-12-30") == std::vector{IdOf(1), IdOf(5)});
    CHECK(in("1957-12-31", "1960-01-01") == std::vector{IdOf(1), IdOf(5)});
    CHECK(in("1958-01-01", nullptr) == std::vector{IdOf(5)});
    CHECK(in(nullptr, "1943-12-31") == std::vector{IdOf(4)});
    CHECK(in(nullptr, "1944-01-01") == std::vector{IdOf(3), IdOf(4)});
    CHECK(in("1946-12-31", "1946-12-31") == std::vector{IdOf(3), IdOf(4)});
    CHECK(in("1947-01-01", "1949-12-31") == std::vector{IdOf(4)});
    CHECK(in("0000-01-01", "9999-12-31").size() == 5);
  }
  SECTION("a story without a date passes neither from nor to") {
    Bench bench(open());
    bench.Put({Story(1, "A day", "")});
    SearchQuery query = Bench::Ask("day");
    query.from = kDayMin;
    CHECK(bench.Find(query).empty());
    query.from.reset();
    query.to = kDayMax;
    CHECK(bench.Find(query).empty());
  }
}

}  // namespace

void CheckSearchIndexAccess(const OpenSearchIndex& open) {
  CheckReaders(open);
  CheckTenants(open);
  CheckFilters(open);
  CheckDays(open);
}

}  // namespace heirloom::contract
