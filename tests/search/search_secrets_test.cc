// What somebody may not see changes nothing that they can notice, not even how much is asked of the
// database.

#include <algorithm>
#include <catch2/catch.hpp>
#include <optional>
#include <set>

#include "tests/search/library.h"

namespace heirloom {
namespace {

using testing::Household;
using testing::Library;

// All that an answer tells, but for the order.
struct Noticed {
  std::set<std::string> hits;
  std::vector<std::string> suggestions;
  std::string facets;
  std::optional<std::string> did_you_mean;
  bool more = false;
  bool stale = false;
  int statements = 0;

  friend bool operator==(const Noticed&, const Noticed&) = default;
};

std::string InWords(const Facets& facets) {
  std::string words = facets.complete ? "complete" : "capped";
  for (const auto* kind :
       {&facets.tags, &facets.authors, &facets.languages, &facets.legacies, &facets.decades}) {
    words += "\n";
    for (const FacetValue& value : *kind) {
      words += value.value + "/" + value.label + ":" + std::to_string(value.count) + " ";
    }
  }
  return words;
}

Noticed Notice(Library& house, const Principal& who, const SearchRequest& request) {
  Noticed noticed;
  const int before = house.counted.Statements();
  const FoundPage page = house.Page(who, request);
  for (const FoundStory& found : page.items) {
    std::string hit = found.story.title;
    for (const auto* pieces : {&found.title, &found.snippet}) {
      for (const SnippetPiece& piece : *pieces) hit += (piece.match ? "|*" : "|") + piece.text;
    }
    noticed.hits.insert(hit);
  }
  if (page.facets) noticed.facets = InWords(*page.facets);
  noticed.did_you_mean = page.did_you_mean;
  noticed.more = !page.next.empty();
  noticed.stale = page.stale;
  const auto suggestions = house.search.Suggest(who, request.text, request.legacy_id, 20);
  if (suggestions) {
    for (const SearchSuggestion& each : *suggestions) {
      noticed.suggestions.push_back(each.text + "/" + each.legacy_id);
    }
  }
  std::sort(noticed.suggestions.begin(), noticed.suggestions.end());
  noticed.statements = house.counted.Statements() - before;
  return noticed;
}

std::vector<Noticed> NoticeAll(Library& house, const Principal& who) {
  house.CatchUp();
  std::vector<Noticed> all;
  for (const char* text : {"", "garden", "gard", "ga", "gardn", "aple paer", "lihgthouse", "light",
                           "walking in the garden of apple and pear", "\"old paer\"", "absent"}) {
    SearchRequest request;
    request.text = text;
    request.facets = true;
    all.push_back(Notice(house, who, request));
    request.limit = 2;
    all.push_back(Notice(house, who, request));
    request.legacy_id = house.legacy;
    request.tags = {"home"};
    all.push_back(Notice(house, who, request));
    request.status = StoryStatus::kArchived;
    all.push_back(Notice(house, who, request));
  }
  return all;
}

StoryInput Secret(int number) {
  StoryInput input =
      Household::Input("Garden lighthouse " + std::to_string(number),
                       "apple pear old pear gardenia garden walking absent lighthouse gard" +
                           std::to_string(number));
  input.tags = {{"home", "secret" + std::to_string(number)}};
  input.author = "Secret " + std::to_string(number);
  input.language = number % 2 == 0 ? "de" : "en";
  input.happened_at = ParseEdtf(number % 2 == 0 ? "1666" : "../1066").value();
  return input;
}

}  // namespace

TEST_CASE("a reader notices nothing of 300 stories that are not for them", "[search]") {
  Library house;
  const Principal vic = house.Person("vic");
  house.Join(house.ada, house.legacy, "vic", Role::kContributor);
  for (const auto& [title, text] :
       {std::pair("The garden", "An apple and an old pear."), std::pair("Gardeners", "A pear."),
        std::pair("Walking", "We walked in the garden."), std::pair("Game", "An apple."),
        std::pair("Nothing", "At all.")}) {
    StoryInput input = Household::Input(title, text);
    input.tags = {{"home", "garden"}};
    input.happened_at = ParseEdtf("1957").value();
    house.Put(house.ada, house.legacy, input);
  }
  // Vic's own draft, which is for Vic and the editors.
  house.Write(vic, house.legacy, "Garden draft", "apple", StoryStatus::kDraft);
  const Principal eve = house.Person("eve");
  const Id hers = house.LegacyOf(eve, "Eve's");
  const Id quiet = house.LegacyOf(house.ada, "Quiet");
  house.Join(house.ada, quiet, "vic", Role::kEditor);
  LegacyInput hide;
  hide.visibility = Visibility::kPrivate;
  REQUIRE(house.legacies.Update(house.ada, quiet, 1, hide));

  const std::vector<Noticed> alone = NoticeAll(house, vic);
  for (int i = 0; i < 100; ++i) {
    house.Put(eve, hers, Secret(i));  // A legacy that is not theirs,
    StoryInput draft = Secret(i);     // drafts of others,
    draft.status = i % 2 == 0 ? StoryStatus::kDraft : StoryStatus::kArchived;
    house.Put(house.ada, i % 2 == 0 ? house.legacy : quiet, draft);
    house.Put(house.ada, quiet, Secret(i));  // and a private legacy.
  }
  const std::vector<Noticed> beside = NoticeAll(house, vic);
  REQUIRE(alone.size() == beside.size());
  for (std::size_t i = 0; i < alone.size(); ++i) {
    CAPTURE(i, alone[i].facets, beside[i].facets, alone[i].did_you_mean.value_or("-"),
            beside[i].did_you_mean.value_or("-"), alone[i].suggestions, beside[i].suggestions);
    CHECK(alone[i] == beside[i]);
  }
  // Which the others can see.
  CHECK(house.Page(eve, {.text = "lihgthouse"}).did_you_mean == "lighthouse");
  CHECK(NoticeAll(house, house.ada) != alone);
}

TEST_CASE("a search is three statements, suggestions are two, however much is found", "[search]") {
  Library house;
  const auto count = [&](const SearchRequest& request) {
    house.CatchUp();
    const int before = house.counted.Statements();
    REQUIRE(house.search.Search(house.ada, request));
    return house.counted.Statements() - before;
  };
  const auto count_suggestions = [&] {
    const int before = house.counted.Statements();
    REQUIRE(house.search.Suggest(house.ada, "lan", std::nullopt, 20));
    return house.counted.Statements() - before;
  };
  const SearchRequest everything{.text = "lantern", .facets = true, .limit = 100};
  CHECK(count(everything) == 3);
  for (int i = 0; i < 250; ++i) {
    house.Write(house.ada, house.legacy, "Lantern " + std::to_string(i), "lantern lamp");
  }
  CHECK(count(everything) == 3);
  CHECK(count({.text = "lantern", .limit = 1}) == 3);
  CHECK(count({.text = "lanten lmap", .facets = true, .limit = 100}) == 3);
  CHECK(count({.text = "absent"}) == 3);
  SearchRequest next{.text = "lantern", .limit = 100};
  next.after = house.Page(house.ada, next).next;
  CHECK(count(next) == 3);
  CHECK(count_suggestions() == 2);
}

TEST_CASE("facets are counted of the first thousand and say so", "[search]") {
  Library house;
  std::vector<IndexOperation> more;
  house.CatchUp();
  house.indexer->Stop();
  const Story story = house.Write(house.ada, house.legacy, "Lantern", "lantern");
  const auto put = [&](const Id& id) {
    StoryDocument document;
    document.tenant_id = kDefaultTenant;
    document.id = id;
    document.legacy_id = house.legacy;
    document.title = "Lantern";
    document.language = "en";
    document.readers = ReaderTermsOfStory(house.legacy, house.ada.user_id, StoryStatus::kPublished,
                                          Visibility::kMembers);
    more.push_back(PutStory{std::move(document), 1});
  };
  put(story.id);
  // As if there were so many: those that are not there are proposed and found wanting.
  for (int i = 0; i < 999; ++i) put(house.ids.Next());
  REQUIRE(house.index->Apply(more, house.Head()));
  REQUIRE(house.index->Commit());
  const SearchRequest request{.text = "lantern", .facets = true};
  CHECK(house.Page(house.ada, request).facets->complete);
  more.clear();
  put(house.ids.Next());
  REQUIRE(house.index->Apply(more, house.Head()));
  REQUIRE(house.index->Commit());
  CHECK_FALSE(house.Page(house.ada, request).facets->complete);
}

}  // namespace heirloom
