#include "appliance/stories/bin_service.h"

#include "appliance/audit/audit_trail.h"
#include "tests/stories/family.h"

namespace heirloom {
namespace {

using testing::CodeOf;
using testing::Family;

constexpr std::int64_t kDay = 24 * 3600;

std::vector<std::string> Titles(const Result<StoryPage<DeletedStory>>& page) {
  std::vector<std::string> titles;
  REQUIRE(page);
  for (const DeletedStory& item : page->items) titles.push_back(item.story.content.title);
  return titles;
}

std::vector<std::string> Recorded(Family& house) {
  const auto entries = ReadOne(*house.database, [&](Reader& reader) {
    return audit::Read(reader, kDefaultTenant, house.legacy, 0, 100);
  });
  REQUIRE(entries);
  std::vector<std::string> actions;
  for (const audit::Entry& entry : *entries) {
    if (entry.action.starts_with("story."))
      actions.push_back(entry.action + " " + entry.actor_name);
  }
  return actions;
}

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("a deleted story lies in the bin and comes back as it was", "[stories][bin]") {
  Family house;
  Story story = house.Write(house.con, house.legacy, "The boat", "It leaked.");
  StoryInput tags;
  tags.tags = {{"boats"}};
  story = house.stories.Update(house.con, story.id, 1, tags)->value.story;
  const auto before = house.Head();
  house.clock.AdvanceSeconds(5);
  REQUIRE(house.stories.Delete(house.ed, story.id, 2));
  CHECK(CodeOf(house.stories.Get(house.con, story.id)) == ErrorCode::kNotFound);

  const auto listed = house.bin.List(house.con, std::nullopt, {}, 10).value();
  REQUIRE(listed.items.size() == 1);
  CHECK(listed.items[0].story.id == story.id);
  CHECK(listed.items[0].story.content.text == "It leaked.");
  CHECK(listed.items[0].deleted_at == house.clock.Now());
  CHECK(listed.items[0].deleted_by_name == "ed");
  CHECK(house.bin.Get(house.con, story.id)->story.content == story.content);
  CHECK_FALSE(house.bin.Get(house.con, story.id)->may_edit);

  const auto back = house.bin.TakeBack(house.con, story.id);
  REQUIRE(back);
  CHECK(back->value.may_edit);
  const Story now = house.stories.Get(house.con, story.id)->story;
  CHECK(now.content == story.content);
  CHECK(now.updated_at == story.updated_at);
  CHECK(now.revision == 2);
  CHECK(now.version == 4);
  CHECK(house.stories.Revisions(house.con, story.id, {}, 10)->items.size() == 2);
  CHECK(house.stories.List(house.vic, {.tag = "boats"})->items.size() == 1);
  CHECK(house.bin.List(house.con, std::nullopt, {}, 10)->items.empty());
  CHECK(house.EventsSince(before) == Strings{"StoryDeleted", "StoryCreated"});
  CHECK(Recorded(house) == Strings{"story.undeleted con", "story.deleted ed"});
}

TEST_CASE("taking back twice changes nothing the second time", "[stories][bin]") {
  Family house;
  const Story story = house.Write(house.ada, house.legacy, "The boat", "Text.");
  REQUIRE(house.stories.Delete(house.ada, story.id, 1));
  const auto first = house.bin.TakeBack(house.ada, story.id).value();
  const auto head = house.Head();
  const auto second = house.bin.TakeBack(house.ada, story.id).value();
  CHECK(second.value.story.version == first.value.story.version);
  CHECK(second.position == first.position);
  CHECK(house.Head() == head);
  CHECK(CodeOf(house.bin.Get(house.ada, story.id)) == ErrorCode::kNotFound);
  CHECK(CodeOf(house.bin.Purge(house.ada, story.id)) == ErrorCode::kNotFound);
}

TEST_CASE("the bin is for who may delete", "[stories][bin]") {
  Family house;
  const Story story = house.Write(house.con, house.legacy, "Con's", "Text.");
  const Story other = house.Write(house.ada, house.legacy, "Ada's", "Text.");
  const Story draft = house.Write(house.ed, house.legacy, "Draft", "x", StoryStatus::kDraft);
  for (const Story& each : {story, other, draft}) {
    REQUIRE(house.stories.Delete(house.ada, each.id, 1));
  }
  CHECK(Titles(house.bin.List(house.ed, std::nullopt, {}, 10)).size() == 3);
  CHECK(Titles(house.bin.List(house.con, std::nullopt, {}, 10)) == Strings{"Con's"});
  CHECK(Titles(house.bin.List(house.vic, std::nullopt, {}, 10)).empty());
  CHECK(Titles(house.bin.List(house.eve, std::nullopt, {}, 10)).empty());
  CHECK(house.bin.Get(house.con, story.id));
  CHECK(CodeOf(house.bin.Get(house.con, other.id)) == ErrorCode::kForbidden);
  CHECK(CodeOf(house.bin.TakeBack(house.vic, story.id)) == ErrorCode::kForbidden);
  CHECK(CodeOf(house.bin.Purge(house.vic, story.id)) == ErrorCode::kForbidden);
  CHECK(CodeOf(house.bin.Get(house.con, draft.id)) == ErrorCode::kNotFound);
  for (const auto& result :
       {CodeOf(house.bin.Get(house.eve, story.id)), CodeOf(house.bin.TakeBack(house.eve, story.id)),
        CodeOf(house.bin.Purge(house.eve, story.id))}) {
    CHECK(result == ErrorCode::kNotFound);
  }
  Principal reader = house.ada;
  reader.scopes = std::set<std::string>{"stories:read"};
  CHECK(CodeOf(house.bin.List(reader, std::nullopt, {}, 10)) == ErrorCode::kForbidden);
}

TEST_CASE("the bin comes page by page, last deleted first, of one legacy or all",
          "[stories][bin]") {
  Family house;
  const Id second = house.LegacyOf(house.ada, "Second");
  Strings expected;
  for (int i = 0; i < 5; ++i) {
    const Story story =
        house.Write(house.ada, i == 2 ? second : house.legacy, std::to_string(i), "Text.");
    if (i % 2 == 0) house.clock.AdvanceSeconds(1);
    REQUIRE(house.stories.Delete(house.ada, story.id, 1));
    expected.insert(expected.begin(), std::to_string(i));
  }
  Strings titles;
  std::vector<std::string> after;
  do {
    const auto page = house.bin.List(house.ada, std::nullopt, after, 2).value();
    for (const DeletedStory& item : page.items) titles.push_back(item.story.content.title);
    after = page.next;
  } while (!after.empty());
  CHECK(titles == expected);
  CHECK(Titles(house.bin.List(house.ada, second, {}, 10)) == Strings{"2"});
  CHECK(CodeOf(house.bin.List(house.ada, std::nullopt, {"x", "y"}, 2)) ==
        ErrorCode::kInvalidArgument);
}

TEST_CASE("what is purged leaves its seals, and nothing of what was said", "[stories][bin]") {
  Family house;
  StoryInput input = testing::Household::Input("The xylophone", "It xylophoned.");
  input.tags = {{"xylophones"}};
  input.place = "Xanten";
  input.author = "Xaver";
  input.note = "xyl";
  const Story story = house.stories.Create(house.ada, house.legacy, input)->value.story;
  REQUIRE(house.copies.Put(house.ada, story.id, 1, Family::Titled("xylo")));
  REQUIRE(house.stories.Update(house.ed, story.id, 1, Family::Titled("More xylophones")));
  REQUIRE(house.stories.Delete(house.ada, story.id, 2));
  REQUIRE(house.bin.Purge(house.ed, story.id));

  CHECK(CodeOf(house.bin.Get(house.ada, story.id)) == ErrorCode::kNotFound);
  CHECK(CodeOf(house.bin.TakeBack(house.ada, story.id)) == ErrorCode::kNotFound);
  CHECK(Titles(house.bin.List(house.ada, std::nullopt, {}, 10)).empty());
  CHECK(house.Number("SELECT COUNT(*) FROM revisions WHERE content_hash <> '' AND digest <> ''") ==
        2);
  CHECK(house.Number("SELECT COUNT(*) FROM working_copies") == 0);
  CHECK(house.Number("SELECT COUNT(*) FROM story_tags") == 0);
  for (const char* sql :
       {"SELECT COUNT(*) FROM stories WHERE title || document || text || excerpt || tags || "
        "author || COALESCE(place, '') LIKE '%x%'",
        "SELECT COUNT(*) FROM revisions WHERE title || note || content LIKE '%x%'"}) {
    CHECK(house.Number(sql) == 0);
  }
  CHECK(house.ChainsHold());
  CHECK(Recorded(house) == Strings{"story.purged ed", "story.deleted ada"});
}

TEST_CASE("after 30 days the bin empties itself, and not a moment before", "[stories][bin]") {
  Family house;
  const Story first = house.Write(house.ada, house.legacy, "First", "Text.");
  const Story second = house.Write(house.ada, house.legacy, "Second", "Text.");
  REQUIRE(house.stories.Delete(house.ada, first.id, 1));
  house.clock.AdvanceSeconds(kDay);
  REQUIRE(house.stories.Delete(house.ada, second.id, 1));
  house.clock.AdvanceSeconds(29 * kDay - 1);
  REQUIRE(house.bin.Housekeep());
  CHECK(Titles(house.bin.List(house.ada, std::nullopt, {}, 10)) == Strings{"Second", "First"});
  CHECK(house.bin.Get(house.ada, first.id));
  house.clock.AdvanceSeconds(1);
  CHECK(CodeOf(house.bin.TakeBack(house.ada, first.id)) == ErrorCode::kNotFound);
  CHECK(Titles(house.bin.List(house.ada, std::nullopt, {}, 10)) == Strings{"Second"});
  REQUIRE(house.bin.Housekeep());
  CHECK(Titles(house.bin.List(house.ada, std::nullopt, {}, 10)) == Strings{"Second"});
  house.clock.AdvanceSeconds(kDay);
  REQUIRE(house.bin.Housekeep());
  REQUIRE(house.bin.Housekeep());
  CHECK(Titles(house.bin.List(house.ada, std::nullopt, {}, 10)).empty());
  CHECK(house.ChainsHold());
  CHECK(Recorded(house) == Strings{"story.purged housekeeping", "story.purged housekeeping",
                                   "story.deleted ada", "story.deleted ada"});
}

TEST_CASE("the stories of a purged legacy go with it, those of a deleted one wait",
          "[stories][bin]") {
  Family house;
  const Id second = house.LegacyOf(house.ada, "Second");
  const Story kept = house.Write(house.ada, house.legacy, "Kept", "Text.");
  house.Write(house.ada, second, "Gone", "Text.");
  REQUIRE(house.legacies.Delete(house.ada, second, std::nullopt));
  REQUIRE(house.bin.Housekeep());
  CHECK(house.Number("SELECT COUNT(*) FROM stories WHERE purged_at IS NOT NULL") == 0);
  REQUIRE(house.database->Write([&](Transaction& tx) -> Status {
    const auto purged =
        tx.Execute("UPDATE legacies SET purged_at = 1 WHERE id = $1", {std::string_view(second)});
    if (!purged) return ErrorOf(purged);
    return {};
  }));
  REQUIRE(house.bin.Housekeep());
  CHECK(house.Number("SELECT COUNT(*) FROM stories WHERE purged_at IS NOT NULL") == 1);
  CHECK(house.Number("SELECT COUNT(*) FROM revisions WHERE content = ''") == 1);
  CHECK(house.stories.Get(house.ada, kept.id));
  CHECK(house.ChainsHold());
}

TEST_CASE("an import does not bring back what was deleted or purged", "[stories][bin]") {
  Family house;
  ImportItem item;
  item.source_id = "boat.md";
  item.input = testing::Household::Input("The boat", "Text.");
  const auto import = [&] {
    return house.imports.Import(house.ada, house.legacy, "folder", {item})->value.at(0);
  };
  const ImportedItem made = import();
  REQUIRE(made.outcome == ImportOutcome::kCreated);
  REQUIRE(house.stories.Delete(house.ada, made.story_id, 1));
  CHECK(import().outcome == ImportOutcome::kDeleted);
  REQUIRE(house.bin.TakeBack(house.ada, made.story_id));
  CHECK(import().outcome == ImportOutcome::kUnchanged);
  REQUIRE(house.stories.Delete(house.ada, made.story_id, 3));
  REQUIRE(house.bin.Purge(house.ada, made.story_id));
  CHECK(import().outcome == ImportOutcome::kDeleted);
}

}  // namespace heirloom
