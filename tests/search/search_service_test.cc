#include "appliance/search/search_service.h"

#include <catch2/catch.hpp>

#include "tests/search/library.h"

namespace heirloom {
namespace {

using std::chrono::milliseconds;
using testing::Household;
using testing::Library;

using Titles = std::vector<std::string>;

}  // namespace

TEST_CASE("what was just written is found by who wrote it", "[search]") {
  Library house;
  house.Write(house.ada, house.legacy, "The boat", "We were walking along the fjord.");
  CHECK(house.Find(house.ada, "walked fjord") == Titles{"The boat"});
  CHECK(house.Find(house.ada, "mountain").empty());
}

TEST_CASE("what was changed is found by its new words, not by its old ones", "[search]") {
  Library house;
  const Story story = house.Write(house.ada, house.legacy, "The boat", "Oars and sails.");
  REQUIRE(house.Find(house.ada, "sails").size() == 1);
  REQUIRE(house.stories.Update(house.ada, story.id, 1, Household::Input("The cart", "Wheels.")));
  CHECK(house.Find(house.ada, "sails").empty());
  CHECK(house.Find(house.ada, "wheels") == Titles{"The cart"});
  REQUIRE(house.stories.Delete(house.ada, story.id, 2));
  CHECK(house.Find(house.ada, "wheels").empty());
}

TEST_CASE("nobody finds what they may not read", "[search]") {
  Library house;
  const Principal vic = house.Person("vic");
  const Principal eve = house.Person("eve");
  house.Join(house.ada, house.legacy, "vic", Role::kViewer);
  house.Write(house.ada, house.legacy, "Shown", "lantern");
  const Story draft = house.Write(house.ada, house.legacy, "Draft", "lantern", StoryStatus::kDraft);
  CHECK(house.Find(house.ada, "lantern").size() == 2);
  CHECK(house.Find(vic, "lantern") == Titles{"Shown"});
  CHECK(house.Find(eve, "lantern").empty());
  CHECK(house.search.Suggest(eve, "sho", std::nullopt, 8)->empty());
  CHECK(house.search.Suggest(vic, "dra", std::nullopt, 8)->empty());
  const auto suggested = house.search.Suggest(vic, "sho", std::nullopt, 8).value();
  REQUIRE(suggested.size() == 2);
  CHECK(suggested[0].text == "Shown");
  CHECK(suggested[0].story);
  CHECK(suggested[1].text == "shown");
  CHECK_FALSE(suggested[1].story);

  SECTION("also when a membership ends, at once") {
    REQUIRE(house.legacies.RemoveMember(house.ada, house.legacy, vic.user_id));
    CHECK(house.Find(vic, "lantern").empty());
  }
  SECTION("also when a legacy becomes private") {
    LegacyInput input;
    input.visibility = Visibility::kPrivate;
    REQUIRE(house.legacies.Update(house.ada, house.legacy, 1, input));
    CHECK(house.Find(vic, "lantern").empty());
    CHECK(house.Find(house.ada, "lantern").size() == 2);
    input.visibility = Visibility::kMembers;
    REQUIRE(house.legacies.Update(house.ada, house.legacy, 2, input));
    CHECK(house.Find(vic, "lantern") == Titles{"Shown"});
  }
  SECTION("until a draft is published") {
    StoryInput publish;
    publish.status = StoryStatus::kPublished;
    REQUIRE(house.stories.Update(house.ada, draft.id, 1, publish));
    CHECK(house.Find(vic, "lantern").size() == 2);
  }
  SECTION("also when the legacy is deleted") {
    REQUIRE(house.legacies.Delete(house.ada, house.legacy, 1));
    CHECK(house.Find(house.ada, "lantern").empty());
  }
}

TEST_CASE("an index that knows more than it may shows nothing of it", "[search]") {
  Library house;
  const Principal eve = house.Person("eve");
  const Story story = house.Write(house.ada, house.legacy, "Secret", "lantern");
  REQUIRE(house.Find(house.ada, "lantern").size() == 1);
  house.indexer->Stop();
  // As if the index carried wrong reader terms: Eve's own legacy's, on Ada's story.
  const Id eves = house.LegacyOf(eve, "Eve's");
  StoryDocument document;
  document.tenant_id = kDefaultTenant;
  document.id = story.id;
  document.legacy_id = eves;
  document.title = "Secret";
  document.text = "lantern";
  document.language = "en";
  document.readers = ReaderTermsOfStory(eves, eve.user_id, StoryStatus::kPublished, {});
  REQUIRE(house.index->Apply({PutStory{document, 1'000'000}}, house.Head()));
  REQUIRE(house.index->Commit());
  SearchRequest request;
  request.text = "lantern";
  CHECK(house.search.Search(eve, request)->items.empty());
  CHECK(house.search.Suggest(eve, "secret", std::nullopt, 8)->empty());
}

TEST_CASE("filters hold alone and together", "[search]") {
  Library house;
  StoryInput winter = Household::Input("Winter", "lantern");
  winter.happened_at = ParseEdtf("1957-01").value();
  winter.tags = {{"snow", "home"}};
  winter.author = "Rosa";
  winter.language = "de";
  REQUIRE(house.stories.Create(house.ada, house.legacy, winter));
  StoryInput summer = Household::Input("Summer", "lantern");
  summer.happened_at = ParseEdtf("1957-07/1957-08").value();
  summer.tags = {{"home"}};
  REQUIRE(house.stories.Create(house.ada, house.legacy, summer));
  const auto find = [&](const SearchRequest& request) { return house.Find(house.ada, request); };
  CHECK(find({.tags = {"HOME"}}).size() == 2);
  CHECK(find({.tags = {"home", "snow"}}) == Titles{"Winter"});
  CHECK(find({.author = "rosa"}) == Titles{"Winter"});
  CHECK(find({.language = "de"}) == Titles{"Winter"});
  CHECK(find({.from = ParseEdtf("1957-08-15").value()}) == Titles{"Summer"});
  CHECK(find({.to = ParseEdtf("1957-03").value()}) == Titles{"Winter"});
  CHECK(find({.text = "lantern", .tags = {"home"}, .from = ParseEdtf("1957").value()}).size() == 2);
  CHECK(find({.legacy_id = house.LegacyOf(house.ada, "Other")}).empty());
}

TEST_CASE("pages go on where the last one ended, each story once", "[search]") {
  Library house;
  for (int i = 0; i < 75; ++i) {
    house.Write(house.ada, house.legacy, "Story " + std::to_string(i), "lantern");
  }
  SearchRequest request;
  request.text = "lantern";
  request.limit = 10;
  request.at_least = house.Head();
  std::set<std::string> titles;
  double last_score = 2;
  int pages = 0;
  do {
    const auto page = house.search.Search(house.ada, request).value();
    for (const FoundStory& found : page.items) {
      titles.insert(found.story.title);
      CHECK(found.score < last_score);
      last_score = found.score;
    }
    request.after = page.next;
    ++pages;
  } while (!request.after.empty());
  CHECK(pages == 8);
  CHECK(titles.size() == 75);

  request.after = {"another search", "1", "10", "10"};
  CHECK(house.search.Search(house.ada, request).error().fields.front().pointer == "?cursor");
}

TEST_CASE("the index catches up by itself after a restart, and starts over when foreign",
          "[search]") {
  Library house;
  house.Write(house.ada, house.legacy, "Before", "lantern");
  REQUIRE(house.Find(house.ada, "lantern").size() == 1);
  house.indexer->Stop();
  house.Write(house.ada, house.legacy, "Meanwhile", "lantern");

  SECTION("as it was left") {}
  SECTION("when it claims to be ahead of the truth") {
    Position ahead = house.Head();
    ahead.sequence += 100;
    REQUIRE(house.index->Apply({}, ahead));
    REQUIRE(house.index->Commit());
  }
  SECTION("when it is of another epoch") {
    REQUIRE(house.index->Apply({}, {"another", 1}));
    REQUIRE(house.index->Commit());
  }
  SECTION("when it is empty") {
    REQUIRE(house.index->Adopt(house.index->StartGeneration().value()));
  }

  Indexer again(*house.database, house.feed, *house.index, house.clock);
  again.Start();
  REQUIRE(again.WaitFor(house.Head(), milliseconds(60'000)));
  SearchService search(*house.index, again, house.lookup, house.legacies, house.clock);
  SearchRequest request;
  request.text = "lantern";
  CHECK(search.Search(house.ada, request)->items.size() == 2);
}

TEST_CASE("waiting for a foreign or future position ends and says so", "[search]") {
  Library house;
  REQUIRE(house.Find(house.ada, "x").empty());
  CHECK_FALSE(house.indexer->WaitFor({"another", 1}, milliseconds(10'000)));
  Position future = house.Head();
  future.sequence += 1000;
  CHECK_FALSE(house.indexer->WaitFor(future, milliseconds(20)));
}

TEST_CASE("a token without the scope to read stories finds nothing, in words", "[search]") {
  Library house;
  Principal token = house.ada;
  token.scopes = std::set<std::string>{"legacies:read"};
  CHECK(house.search.Search(token, {}).error().code == ErrorCode::kForbidden);
  CHECK(house.search.Suggest(token, "x", std::nullopt, 8).error().code == ErrorCode::kForbidden);
}

}  // namespace heirloom
