// All filters alone and combined, on the demo stories, against an oracle that knows no index.

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <set>

#include "appliance/base/text.h"
#include "tests/search/library.h"

namespace heirloom {
namespace {

using testing::Library;

// Words of nowhere, so that the oracle need not stem.
constexpr char kMark[] = "quixotry";

struct DemoStory {
  std::map<std::string, std::string> head;
  std::string body;
};

DemoStory ReadDemoStory(const std::filesystem::path& path) {
  std::ifstream in(path);
  DemoStory story;
  std::string line;
  std::getline(in, line);  // ---
  while (std::getline(in, line) && line != "---") {
    const std::size_t colon = line.find(": ");
    if (colon != line.npos) story.head[line.substr(0, colon)] = line.substr(colon + 2);
  }
  while (std::getline(in, line)) story.body += line + "\n";
  return story;
}

std::vector<std::string> TagsIn(const std::string& list) {
  std::vector<std::string> tags;
  std::string tag;
  for (const char c : list) {
    if (c == '[') continue;
    if (c == ',' || c == ']') {
      tags.push_back(CollapseSpace(tag));
      tag.clear();
    } else {
      tag += c;
    }
  }
  return tags;
}

StoryInput InputOf(const DemoStory& demo) {
  StoryInput input = testing::Household::Input(demo.head.at("title"), demo.body);
  input.author = demo.head.at("author");
  input.language = demo.head.at("language");
  input.tags = TagsIn(demo.head.at("tags"));
  if (demo.head.contains("date")) {
    std::string date = demo.head.at("date");
    std::erase(date, '"');
    input.happened_at = ParseEdtf(date).value();
  }
  return input;
}

// What the truth is, kept beside the house.
struct Told {
  Story story;
  bool marked = false;
};

// Sixty stories in two legacies, in three languages, of every status. Ada owns both legacies; Vic
// is a viewer of the first.
struct Corpus : Library {
  Principal vic = Person("vic");
  Id other = LegacyOf(ada, "Another");
  std::vector<Told> told;

  Corpus() {
    Join(ada, legacy, "vic", Role::kViewer);
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(HEIRLOOM_DEMO_STORIES)) {
      files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (std::size_t i = 0; i < files.size(); ++i) {
      StoryInput input = InputOf(ReadDemoStory(files[i]));
      const bool marked = i % 3 != 0;
      if (marked) *input.title += std::string(" ") + kMark;
      if (i % 7 == 1) input.language = *input.language + "-AT";
      input.status = i % 5 == 2   ? StoryStatus::kDraft
                     : i % 5 == 4 ? StoryStatus::kArchived
                                  : StoryStatus::kPublished;
      told.push_back({Put(ada, i % 2 == 0 ? legacy : other, input), marked});
    }
    CatchUp();
  }

  bool MayRead(const Principal& who, const Story& story) const {
    if (who.user_id == ada.user_id) return true;
    return story.legacy_id == legacy && story.content.status != StoryStatus::kDraft;
  }
};

// The oracle.
bool Fits(const Told& told, const SearchRequest& request) {
  const StoryContent& content = told.story.content;
  if (!request.text.empty() && !told.marked) return false;
  if (request.legacy_id && told.story.legacy_id != *request.legacy_id) return false;
  const StoryStatus status = content.status;
  if (request.status ? status != *request.status : status == StoryStatus::kArchived) return false;
  for (const std::string& tag : request.tags) {
    if (std::count(content.tags.begin(), content.tags.end(), tag) == 0) return false;
  }
  if (request.author && content.author != *request.author) return false;
  if (request.language && content.language != *request.language &&
      content.language.substr(0, 3) != *request.language + "-") {
    return false;
  }
  const auto& when = content.happened_at;
  if (request.from && !(when && when->last >= request.from->first)) return false;
  return !(request.to && !(when && when->first <= request.to->last));
}

std::set<Id> Expected(const Corpus& corpus, const Principal& who, const SearchRequest& request) {
  std::set<Id> ids;
  for (const Told& told : corpus.told) {
    if (corpus.MayRead(who, told.story) && Fits(told, request)) ids.insert(told.story.id);
  }
  return ids;
}

std::set<Id> Found(Corpus& corpus, const Principal& who, SearchRequest request) {
  request.limit = 100;
  std::set<Id> ids;
  for (const FoundStory& found : corpus.Page(who, request).items) ids.insert(found.story.id);
  return ids;
}

// One value for each filter; each row of the table is tried in all 256 combinations.
struct Values {
  const char* status;
  const char* tag;
  const char* author;
  const char* from;
  const char* to;
  const char* language;
  bool first_legacy;
};
constexpr Values kRows[] = {
    {"published", "lamps", "Ruth Calder", "1930", "1989", "en", true},
    {"archived", "letters", "Hanno Brandt", "1945", "2000-01", "de", false},
    {"draft", "childhood", "Claire Tessier", "1911/1920", "194X", "fr", true},
};

SearchRequest Combined(const Corpus& corpus, const Values& row, unsigned filters) {
  SearchRequest request;
  if (filters & 1) request.text = kMark;
  if (filters & 2) request.legacy_id = row.first_legacy ? corpus.legacy : corpus.other;
  if (filters & 4) request.status = ParseStoryStatus(row.status);
  if (filters & 8) request.tags = {row.tag};
  if (filters & 16) request.author = row.author;
  if (filters & 32) request.from = ParseEdtf(row.from).value();
  if (filters & 64) request.to = ParseEdtf(row.to).value();
  if (filters & 128) request.language = row.language;
  return request;
}

}  // namespace

TEST_CASE("every combination of filters finds what an oracle finds, for each reader", "[search]") {
  Corpus corpus;
  REQUIRE(corpus.told.size() == 60);
  std::size_t found = 0;
  for (const Values& row : kRows) {
    for (unsigned filters = 0; filters < 256; ++filters) {
      const SearchRequest request = Combined(corpus, row, filters);
      for (const Principal& who : {corpus.ada, corpus.vic}) {
        CAPTURE(row.tag, filters, who.name);
        const std::set<Id> expected = Expected(corpus, who, request);
        REQUIRE(Found(corpus, who, request) == expected);
        found += expected.size();
      }
    }
  }
  // The table is of use: each filter narrows something down, and not to nothing.
  for (const Values& row : kRows) {
    const std::size_t all = Expected(corpus, corpus.ada, {}).size();
    for (const unsigned filter : {1u, 2u, 4u, 8u, 16u, 32u, 64u, 128u}) {
      CAPTURE(row.tag, filter);
      const std::size_t some = Expected(corpus, corpus.ada, Combined(corpus, row, filter)).size();
      CHECK(some > 0);
      CHECK(some < all);
    }
  }
  CHECK(found > 1000);
}

TEST_CASE("a facet's count is what its filter finds", "[search]") {
  Corpus corpus;
  const auto check = [&](const Principal& who, SearchRequest request) {
    request.facets = true;
    const Facets facets = corpus.Page(who, request).facets.value();
    CHECK(facets.complete);
    const auto found = [&](const SearchRequest& narrowed) {
      return static_cast<std::int64_t>(Found(corpus, who, narrowed).size());
    };
    for (const FacetValue& tag : facets.tags) {
      SearchRequest narrowed = request;
      narrowed.tags.push_back(tag.value);
      CHECK(found(narrowed) == tag.count);
    }
    for (const FacetValue& author : facets.authors) {
      SearchRequest narrowed = request;
      narrowed.author = author.value;
      CHECK(found(narrowed) == author.count);
    }
    for (const FacetValue& language : facets.languages) {
      SearchRequest narrowed = request;
      narrowed.language = language.value;
      CHECK(found(narrowed) == language.count);
    }
    for (const FacetValue& each : facets.legacies) {
      SearchRequest narrowed = request;
      narrowed.legacy_id = each.value;
      CHECK(found(narrowed) == each.count);
      CHECK(each.label == (each.value == corpus.legacy ? "The family" : "Another"));
    }
    for (const FacetValue& decade : facets.decades) {
      SearchRequest narrowed = request;
      narrowed.from = narrowed.to = ParseEdtf(decade.value).value();
      CAPTURE(decade.value);
      CHECK(found(narrowed) == decade.count);
    }
    return facets;
  };
  SECTION("of everything") {
    const Facets facets = check(corpus.ada, {});
    CHECK(facets.tags.size() > 10);
    CHECK(facets.languages.size() == 3);
    CHECK(facets.legacies.size() == 2);
    CHECK(facets.decades.size() > 5);
  }
  SECTION("of what a viewer may read") { CHECK(check(corpus.vic, {}).legacies.size() == 1); }
  SECTION("of words and filters") {
    check(corpus.ada, {.text = kMark, .tags = {"lamps"}});
    check(corpus.vic, {.text = kMark, .status = StoryStatus::kArchived});
  }
}

TEST_CASE("facets come with the first page, when asked for", "[search]") {
  Corpus corpus;
  SearchRequest request;
  request.limit = 5;
  CHECK_FALSE(corpus.Page(corpus.ada, request).facets);
  request.facets = true;
  const FoundPage first = corpus.Page(corpus.ada, request);
  REQUIRE(first.facets);
  request.after = first.next;
  CHECK_FALSE(corpus.Page(corpus.ada, request).facets);
  // Nobody's.
  const Facets none = corpus.Page(corpus.Person("eve"), {.facets = true}).facets.value();
  CHECK(none.complete);
  CHECK(none.tags.empty());
  CHECK(none.legacies.empty());
}

}  // namespace heirloom
