#include "appliance/stories/import_service.h"

#include <catch2/catch.hpp>

#include "tests/support/household.h"

namespace heirloom {
namespace {

using testing::Household;

ImportItem Item(const std::string& source_id, const std::string& title, const std::string& text) {
  return {source_id, Household::Input(title, text), {}};
}

struct Importing : Household {
  Principal ada = Person("ada");
  Id legacy = LegacyOf(ada);

  std::vector<ImportedItem> Import(const std::vector<ImportItem>& items,
                                   std::string_view source = "diary") {
    return imports.Import(ada, legacy, source, items).value().value;
  }
  ImportOutcome ImportOne(const ImportItem& item) { return Import({item}).at(0).outcome; }
};

}  // namespace

TEST_CASE("importing the same again changes nothing", "[stories][import]") {
  Importing house;
  CHECK(house.ImportOne(Item("1", "One", "Text.")) == ImportOutcome::kCreated);
  const auto events = house.database->EventsAfter(0, 100)->size();
  CHECK(house.ImportOne(Item("1", "One", "Text.")) == ImportOutcome::kUnchanged);
  CHECK(house.database->EventsAfter(0, 100)->size() == events);
  CHECK(house.stories.List(house.ada, {})->items.size() == 1);
}

TEST_CASE("what changed at its source is updated, as a revision", "[stories][import]") {
  Importing house;
  const auto first = house.Import({Item("1", "One", "Text.")}).at(0);
  CHECK(house.ImportOne(Item("1", "One", "Better text.")) == ImportOutcome::kUpdated);
  CHECK(house.ImportOne(Item("1", "One", "Better text.")) == ImportOutcome::kUnchanged);
  const auto story = house.stories.Get(house.ada, first.story_id)->story;
  CHECK(story.content.text == "Better text.");
  CHECK(story.revision == 2);
}

TEST_CASE("what somebody edited or deleted here is never overwritten", "[stories][import]") {
  Importing house;
  const auto imported = house.Import({Item("1", "One", "Text."), Item("2", "Two", "Text.")});
  StoryInput mine;
  mine.title = "My own title";
  REQUIRE(house.stories.Update(house.ada, imported[0].story_id, 1, mine));
  REQUIRE(house.stories.Delete(house.ada, imported[1].story_id, 1));
  CHECK(house.ImportOne(Item("1", "One", "New text.")) == ImportOutcome::kKept);
  CHECK(house.ImportOne(Item("2", "Two", "New text.")) == ImportOutcome::kDeleted);
  CHECK(house.ImportOne(Item("1", "One", "Text.")) == ImportOutcome::kUnchanged);
  CHECK(house.stories.Get(house.ada, imported[0].story_id)->story.content.title == "My own title");
}

TEST_CASE("ids are unique within their source and legacy only", "[stories][import]") {
  Importing house;
  house.Import({Item("1", "One", "Text.")}, "diary");
  house.Import({Item("1", "One", "Text.")}, "letters");
  const Id other = house.LegacyOf(house.ada, "Other");
  REQUIRE(house.imports.Import(house.ada, other, "diary", {Item("1", "One", "Text.")}));
  CHECK(house.stories.List(house.ada, {})->items.size() == 3);
}

TEST_CASE("a refused item does not hold back the others", "[stories][import]") {
  Importing house;
  ImportItem bad = Item("2", "", "");
  bad.errors = {{"/items/1/title", "is required"}};
  const auto imported = house.Import({Item("1", "One", "Text."), bad, Item("3", "Three", "Text.")});
  REQUIRE(imported.size() == 3);
  CHECK(imported[0].outcome == ImportOutcome::kCreated);
  CHECK(imported[1].outcome == ImportOutcome::kRefused);
  CHECK(imported[1].errors.size() == 1);
  CHECK(imported[2].outcome == ImportOutcome::kCreated);
}

TEST_CASE("an id twice in one batch is one story", "[stories][import]") {
  Importing house;
  const auto imported = house.Import({Item("1", "One", "Text."), Item("1", "One", "Newer.")});
  CHECK(imported[0].outcome == ImportOutcome::kCreated);
  CHECK(imported[1].outcome == ImportOutcome::kUpdated);
  CHECK(imported[0].story_id == imported[1].story_id);
}

TEST_CASE("importing wants a contributor", "[stories][import]") {
  Importing house;
  const Principal vic = house.Person("vic");
  const std::vector<ImportItem> items = {Item("1", "One", "Text.")};
  CHECK(house.imports.Import(vic, house.legacy, "diary", items).error().code ==
        ErrorCode::kNotFound);
  house.Join(house.ada, house.legacy, "vic", Role::kViewer);
  CHECK(house.imports.Import(vic, house.legacy, "diary", items).error().code ==
        ErrorCode::kForbidden);
}

}  // namespace heirloom
