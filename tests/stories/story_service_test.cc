#include "appliance/stories/story_service.h"

#include <catch2/catch.hpp>
#include <thread>

#include "appliance/base/encoding.h"
#include "appliance/stories/story_lookup_service.h"
#include "tests/support/household.h"

namespace heirloom {
namespace {

using testing::Household;

ErrorCode CodeOf(const auto& result) { return result.error().code; }

// Ada owns, Ed edits, Con contributes, Vic views, Eve is a stranger.
struct Family : Household {
  Principal ada = Person("ada");
  Principal ed = Person("ed");
  Principal con = Person("con");
  Principal vic = Person("vic");
  Principal eve = Person("eve");
  Id legacy = LegacyOf(ada);
  StoryLookupService lookup{*database};

  Family() {
    Join(ada, legacy, "ed", Role::kEditor);
    Join(ada, legacy, "con", Role::kContributor);
    Join(ada, legacy, "vic", Role::kViewer);
  }
};

StoryInput Titled(const std::string& title) {
  StoryInput input;
  input.title = title;
  return input;
}

}  // namespace

TEST_CASE("a story has its defaults from the legacy and from who writes", "[stories]") {
  Family house;
  const auto made = house.stories.Create(house.con, house.legacy, Titled("The boat")).value();
  const Story& story = made.value.story;
  CHECK(story.content.author == "con");
  CHECK(story.content.language == "en");
  CHECK(story.content.status == StoryStatus::kPublished);
  CHECK(story.version == 1);
  CHECK(story.revision == 1);
  CHECK(made.value.may_edit);
  CHECK(house.stories.Get(house.vic, story.id)->story.content == story.content);
  CHECK_FALSE(house.stories.Get(house.vic, story.id)->may_edit);
}

TEST_CASE("a stranger meets a story nowhere", "[stories]") {
  Family house;
  const Story story = house.Write(house.ada, house.legacy, "The boat", "Text.");
  const Principal& eve = house.eve;
  CHECK(CodeOf(house.stories.Get(eve, story.id)) == ErrorCode::kNotFound);
  CHECK(CodeOf(house.stories.Update(eve, story.id, 1, Titled("x"))) == ErrorCode::kNotFound);
  CHECK(CodeOf(house.stories.Delete(eve, story.id, 1)) == ErrorCode::kNotFound);
  CHECK(CodeOf(house.stories.Revisions(eve, story.id, {}, 10)) == ErrorCode::kNotFound);
  CHECK(CodeOf(house.stories.GetRevision(eve, story.id, 1)) == ErrorCode::kNotFound);
  CHECK(CodeOf(house.stories.Restore(eve, story.id, 1, 1)) == ErrorCode::kNotFound);
  CHECK(CodeOf(house.stories.Create(eve, house.legacy, Titled("x"))) == ErrorCode::kNotFound);
  CHECK(house.lookup.Glimpse(eve, {story.id})->empty());
  StoryListQuery query;
  query.legacy_id = house.legacy;
  CHECK(house.stories.List(eve, query)->items.empty());
}

TEST_CASE("viewers read, contributors change their own, editors change all", "[stories]") {
  Family house;
  const Story story = house.Write(house.con, house.legacy, "The boat", "Text.");
  CHECK(CodeOf(house.stories.Create(house.vic, house.legacy, Titled("x"))) ==
        ErrorCode::kForbidden);
  CHECK(CodeOf(house.stories.Update(house.vic, story.id, 1, Titled("x"))) == ErrorCode::kForbidden);
  CHECK(house.stories.Update(house.con, story.id, 1, Titled("y")));
  CHECK(house.stories.Update(house.ed, story.id, 2, Titled("z")));
  const Story other = house.Write(house.ada, house.legacy, "Ada's", "Text.");
  CHECK(CodeOf(house.stories.Update(house.con, other.id, 1, Titled("x"))) == ErrorCode::kForbidden);
  CHECK(CodeOf(house.stories.Delete(house.con, other.id, 1)) == ErrorCode::kForbidden);
}

TEST_CASE("a draft is its writer's and the editors'", "[stories]") {
  Family house;
  const Story draft =
      house.Write(house.con, house.legacy, "Secret", "Not yet.", StoryStatus::kDraft);
  CHECK(house.stories.Get(house.con, draft.id));
  CHECK(house.stories.Get(house.ed, draft.id));
  CHECK(CodeOf(house.stories.Get(house.vic, draft.id)) == ErrorCode::kNotFound);
  CHECK(house.stories.List(house.vic, {})->items.empty());
  CHECK(house.legacies.Get(house.vic, house.legacy)->story_count == 0);
  CHECK(house.legacies.Get(house.con, house.legacy)->story_count == 1);

  StoryInput publish;
  publish.status = StoryStatus::kPublished;
  REQUIRE(house.stories.Update(house.con, draft.id, 1, publish));
  CHECK(house.stories.Get(house.vic, draft.id));
  // What it was as a draft stays hidden from those who could not see the draft.
  CHECK(house.stories.Revisions(house.vic, draft.id, {}, 10)->items.size() == 1);
  CHECK(house.stories.Revisions(house.ed, draft.id, {}, 10)->items.size() == 2);
  CHECK(CodeOf(house.stories.GetRevision(house.vic, draft.id, 1)) == ErrorCode::kNotFound);
}

TEST_CASE("two who save the same version: one wins, the other is told", "[stories]") {
  Family house;
  const Story story = house.Write(house.ada, house.legacy, "The boat", "Text.");
  CHECK(house.stories.Update(house.ada, story.id, 1, Titled("Ada's")));
  const auto late = house.stories.Update(house.ed, story.id, 1, Titled("Ed's"));
  CHECK(CodeOf(late) == ErrorCode::kPreconditionFailed);
  CHECK(house.stories.Get(house.ada, story.id)->story.content.title == "Ada's");
}

TEST_CASE("many who save over whatever it is lose nothing of the history", "[stories]") {
  Family house;
  const Story story = house.Write(house.ada, house.legacy, "The boat", "Text.");
  std::atomic<int> saved{0};
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 4; ++i) {
      writers.emplace_back([&, i] {
        for (int n = 0; n < 5; ++n) {
          const auto done =
              house.stories.Update(house.ed, story.id, std::nullopt,
                                   Titled("by " + std::to_string(i) + ", " + std::to_string(n)));
          if (done) ++saved;
        }
      });
    }
  }
  CHECK(house.stories.Get(house.ada, story.id)->story.revision == 1 + saved);
  CHECK(house.stories.Revisions(house.ada, story.id, {}, 100)->items.size() ==
        static_cast<std::size_t>(1 + saved));
}

TEST_CASE("a change that changes nothing makes no revision and no event", "[stories]") {
  Family house;
  const Story story = house.Write(house.ada, house.legacy, "The boat", "Text.");
  const auto events = house.database->EventsAfter(0, 100)->size();
  const auto same = house.stories.Update(house.ada, story.id, 1, Titled("The boat"));
  REQUIRE(same);
  CHECK(same->value.story.version == 1);
  CHECK(house.stories.Revisions(house.ada, story.id, {}, 10)->items.size() == 1);
  CHECK(house.database->EventsAfter(0, 100)->size() == events);
}

TEST_CASE("each revision seals all before it", "[stories]") {
  Family house;
  const Story story = house.Write(house.ada, house.legacy, "One", "First text.");
  house.clock.AdvanceSeconds(60);
  REQUIRE(house.stories.Update(house.ed, story.id, 1, Titled("Two")));
  const auto first = house.stories.GetRevision(house.ada, story.id, 1).value();
  const auto second = house.stories.GetRevision(house.ada, story.id, 2).value();
  CHECK(first.content.title == "One");
  CHECK(first.content.text == "First text.");
  CHECK(second.author == "ed");
  // The recipe that anybody can follow, with no ids in it.
  const auto digest = [](const std::string& parent, const Revision& revision) {
    return Sha256Hex(parent + "\n" + std::to_string(revision.number) + "\n" +
                     ToRfc3339(revision.created_at) + "\n" + revision.author + "\n" +
                     revision.content_hash);
  };
  CHECK(first.digest == digest("", first));
  CHECK(second.digest == digest(first.digest, second));
}

TEST_CASE("restoring brings the words back and keeps what came between", "[stories]") {
  Family house;
  const Story story = house.Write(house.ada, house.legacy, "One", "First text.");
  StoryInput change = Household::Input("Two", "Second text.");
  change.status = StoryStatus::kArchived;
  change.tags = {{"new"}};
  change.happened_at = ParseEdtf("1957~").value();
  change.place = "Bergen";
  REQUIRE(house.stories.Update(house.ada, story.id, 1, change));
  const auto restored = house.stories.Restore(house.ada, story.id, 1, 2).value().value.story;
  CHECK(restored.content.title == "One");
  CHECK(restored.content.text == "First text.");
  CHECK(restored.content.tags.empty());
  CHECK_FALSE(restored.content.happened_at);
  CHECK_FALSE(restored.content.place);
  CHECK(restored.content.status == StoryStatus::kArchived);
  CHECK(restored.revision == 3);
  CHECK(house.stories.GetRevision(house.ada, story.id, 2)->content.place == "Bergen");
  CHECK(CodeOf(house.stories.Restore(house.ada, story.id, 9, 3)) == ErrorCode::kNotFound);
}

TEST_CASE("a deleted story is gone for everybody, and its event tells", "[stories]") {
  Family house;
  const Story story = house.Write(house.ada, house.legacy, "One", "Text.");
  CHECK(CodeOf(house.stories.Delete(house.ada, story.id, 7)) == ErrorCode::kPreconditionFailed);
  REQUIRE(house.stories.Delete(house.ada, story.id, 1));
  CHECK(CodeOf(house.stories.Get(house.ada, story.id)) == ErrorCode::kNotFound);
  CHECK(house.lookup.Glimpse(house.ada, {story.id})->empty());
  CHECK(house.database->EventsAfter(0, 100)->back().event.type == event_type::kStoryDeleted);
}

TEST_CASE("lists come page by page, each story once, in both orders", "[stories]") {
  Family house;
  for (int i = 0; i < 7; ++i) {
    StoryInput input = Titled("Story " + std::to_string(i));
    // Two of each year, and one that nobody can date.
    if (i < 6) input.happened_at = ParseEdtf(std::to_string(1950 - i / 2)).value();
    input.tags = {{i % 2 == 0 ? "Even" : "odd"}};
    REQUIRE(house.stories.Create(house.ada, house.legacy, input));
    if (i % 3 == 0) house.clock.AdvanceSeconds(1);
  }
  const bool by_happening = GENERATE(false, true);
  std::vector<std::string> titles;
  StoryListQuery query{house.legacy, std::nullopt, std::nullopt, by_happening, {}, 3};
  do {
    const auto page = house.stories.List(house.vic, query).value();
    for (const StoryView& view : page.items) titles.push_back(view.story.content.title);
    query.after = page.next;
  } while (!query.after.empty());
  REQUIRE(titles.size() == 7);
  CHECK(std::set<std::string>(titles.begin(), titles.end()).size() == 7);
  if (by_happening) {
    CHECK((titles[0] == "Story 4" || titles[0] == "Story 5"));
    CHECK(titles[6] == "Story 6");
  } else {
    CHECK((titles[0] == "Story 6" || titles[0] == "Story 5" || titles[0] == "Story 4"));
  }
}

TEST_CASE("lists keep to legacy, status and tag, alone and together", "[stories]") {
  Family house;
  const Id second = house.LegacyOf(house.ada, "Second");
  StoryInput tagged = Titled("Tagged");
  tagged.tags = {{"Großmutter", "winter"}};
  REQUIRE(house.stories.Create(house.ada, house.legacy, tagged));
  REQUIRE(house.stories.Create(house.ada, second, tagged));
  house.Write(house.ada, house.legacy, "Draft", "x", StoryStatus::kDraft);
  const auto count = [&](const StoryListQuery& query) {
    return house.stories.List(house.ada, query)->items.size();
  };
  CHECK(count({}) == 3);
  CHECK(count({.legacy_id = house.legacy}) == 2);
  CHECK(count({.status = StoryStatus::kDraft}) == 1);
  CHECK(count({.tag = "GROSSMUTTER"}) == 2);
  CHECK(count({.legacy_id = second, .tag = "winter"}) == 1);
  CHECK(count({.legacy_id = second, .status = StoryStatus::kDraft, .tag = "winter"}) == 0);
}

TEST_CASE("archived stories are shown to who asks for them alone", "[stories]") {
  Family house;
  const Story kept = house.Write(house.ada, house.legacy, "Kept", "x");
  const Story archived =
      house.Write(house.ada, house.legacy, "Archived", "x", StoryStatus::kArchived);
  house.Write(house.ada, house.legacy, "Draft", "x", StoryStatus::kDraft);
  const bool by_happening = GENERATE(false, true);
  const auto titles = [&](const Principal& who, const std::optional<Id>& legacy,
                          std::optional<StoryStatus> status) {
    std::set<std::string> found;
    const StoryListQuery query{legacy, status, std::nullopt, by_happening, {}, 30};
    const auto page = house.stories.List(who, query);
    for (const StoryView& view : page->items) {
      found.insert(view.story.content.title);
    }
    return found;
  };
  using Titles = std::set<std::string>;
  for (const std::optional<Id>& legacy : {std::optional<Id>(), std::optional(house.legacy)}) {
    CHECK(titles(house.ada, legacy, std::nullopt) == Titles{"Kept", "Draft"});
    CHECK(titles(house.vic, legacy, std::nullopt) == Titles{"Kept"});
    CHECK(titles(house.vic, legacy, StoryStatus::kArchived) == Titles{"Archived"});
    CHECK(titles(house.vic, legacy, StoryStatus::kDraft).empty());
  }
  // Found by its id, by search, and in what projections follow.
  CHECK(house.stories.Get(house.vic, archived.id));
  CHECK(house.lookup.Glimpse(house.vic, {archived.id, kept.id})->size() == 2);
  const auto states = house.feed.ByKeys({{std::string(kDefaultTenant), archived.id}}).value();
  CHECK(states.states.at(0).story.content.status == StoryStatus::kArchived);
  CHECK_FALSE(states.states.at(0).gone);
  CHECK(house.legacies.Get(house.vic, house.legacy)->story_count == 1);
}

TEST_CASE("a list over many legacies is one list", "[stories]") {
  Family house;
  std::vector<std::string> expected;
  std::vector<Id> legacies{house.legacy};
  for (int i = 0; i < 4; ++i) legacies.push_back(house.LegacyOf(house.ada, "L"));
  for (int i = 0; i < 25; ++i) {
    house.Write(house.ada, legacies[static_cast<std::size_t>(i * i) % 5], std::to_string(i), "x");
    house.clock.AdvanceSeconds(1);
    expected.insert(expected.begin(), std::to_string(i));
  }
  std::vector<std::string> titles;
  StoryListQuery query{.limit = 4};
  do {
    const auto page = house.stories.List(house.ada, query).value();
    for (const StoryView& view : page.items) titles.push_back(view.story.content.title);
    query.after = page.next;
  } while (!query.after.empty());
  CHECK(titles == expected);
  CHECK(house.stories.List(house.eve, {})->items.empty());
}

TEST_CASE("a cursor of another list is refused by name", "[stories]") {
  Family house;
  StoryListQuery query;
  query.after = {"not a number", "id"};
  const auto listed = house.stories.List(house.ada, query);
  REQUIRE_FALSE(listed);
  CHECK(listed.error().fields.front().pointer == "?cursor");
}

TEST_CASE("a token reads and writes within its scopes only", "[stories]") {
  Family house;
  const Story story = house.Write(house.ada, house.legacy, "One", "Text.");
  Principal reader = house.ada;
  reader.scopes = std::set<std::string>{"stories:read"};
  CHECK(house.stories.Get(reader, story.id));
  CHECK_FALSE(house.stories.Get(reader, story.id)->may_edit);
  CHECK(CodeOf(house.stories.Update(reader, story.id, 1, Titled("x"))) == ErrorCode::kForbidden);
  Principal nothing = house.ada;
  nothing.scopes = std::set<std::string>{};
  CHECK(CodeOf(house.stories.Get(nothing, story.id)) == ErrorCode::kForbidden);
  CHECK(CodeOf(house.stories.List(nothing, {})) == ErrorCode::kForbidden);
}

TEST_CASE("another tenant's person with the same ids meets nothing", "[stories]") {
  Family house;
  const Story story = house.Write(house.ada, house.legacy, "One", "Text.");
  Principal twin = house.ada;
  twin.tenant_id = "other";
  CHECK(CodeOf(house.stories.Get(twin, story.id)) == ErrorCode::kNotFound);
  CHECK(CodeOf(house.legacies.Get(twin, house.legacy)) == ErrorCode::kNotFound);
  CHECK(house.stories.List(twin, {})->items.empty());
  CHECK(house.legacies.MembershipsOf(twin)->empty());
}

}  // namespace heirloom
