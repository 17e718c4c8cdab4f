#include "appliance/search/facets.h"

#include <catch2/catch.hpp>

namespace heirloom {
namespace {

StoryGlimpse Dated(const char* when) {
  StoryGlimpse story;
  story.happened_at = ParseEdtf(when).value();
  return story;
}

std::string InWords(const std::vector<FacetValue>& values) {
  std::string words;
  for (const FacetValue& value : values) {
    words += (words.empty() ? "" : " ") + value.value + ":" + std::to_string(value.count);
  }
  return words;
}

}  // namespace

TEST_CASE("values that compare alike are one, shown as most write them", "[search]") {
  StoryGlimpse a, b, c;
  a.tags = {"Home", "home", "boat"};
  b.tags = {"home"};
  c.tags = {"HOME", "home"};
  b.author = "Ada  Winter";
  c.author = "ada winter";
  a.language = "de-AT";
  b.language = "DE";
  c.language = "en";
  const Facets facets = CountFacets({a, b, c});
  CHECK(InWords(facets.tags) == "Home:3 boat:1");
  CHECK(InWords(facets.languages) == "de:2 en:1");
  REQUIRE(facets.authors.size() == 1);
  CHECK(facets.authors[0].count == 2);
}

TEST_CASE("a story counts in every decade that it may have happened in", "[search]") {
  CHECK(InWords(CountFacets({Dated("1957-03-14")}).decades) == "195X:1");
  CHECK(InWords(CountFacets({Dated("1959-12-31"), Dated("1960-01-01")}).decades) ==
        "195X:1 196X:1");
  CHECK(InWords(CountFacets({Dated("1938/1951"), Dated("194X")}).decades) ==
        "193X:1 194X:2 195X:1");
  CHECK(InWords(CountFacets({Dated("0000"), Dated("9999-12-31")}).decades) == "000X:1 999X:1");
}

TEST_CASE("an open end reaches no further than the dates of the others", "[search]") {
  CHECK(InWords(CountFacets({Dated("../1935"), Dated("1921"), Dated("1950/..")}).decades) ==
        "192X:2 193X:1 195X:1");
  CHECK(InWords(CountFacets({Dated("../1935")}).decades) == "193X:1");
}

TEST_CASE("of many values the most frequent stay", "[search]") {
  std::vector<StoryGlimpse> stories(2);
  for (int i = 0; i < 80; ++i) stories[0].tags.push_back("tag" + std::to_string(100 + i));
  stories[1].tags = {"tag179"};
  const Facets facets = CountFacets(stories);
  REQUIRE(facets.tags.size() == kMaxFacetValues);
  CHECK(facets.tags[0].value == "tag179");
  CHECK(facets.tags[1].value == "tag100");
  CHECK(CountFacets({Dated("0001/9998"), Dated("1957")}).decades.size() == kMaxFacetValues);
}

}  // namespace heirloom
