#include "appliance/stories/working_copy_service.h"

#include "tests/stories/family.h"

namespace heirloom {
namespace {

using testing::CodeOf;
using testing::Family;

constexpr std::int64_t kTenMinutes = 600;

struct Writing : Family {
  Story story = Write(con, legacy, "The boat", "It leaked.");

  WorkingCopyState Autosave(const Principal& who, const std::string& title,
                            std::int64_t base_version = 1) {
    const auto kept = copies.Put(who, story.id, base_version, Titled(title));
    REQUIRE(kept);
    return *kept;
  }
  bool HasCopy(const Principal& who) { return copies.Get(who, story.id).has_value(); }
  std::int64_t Revisions() { return stories.Get(ada, story.id)->story.revision; }
};

}  // namespace

TEST_CASE("autosave overwrites one working copy, and nobody else hears of it",
          "[stories][working-copy]") {
  Writing house;
  const auto head = house.Head();
  const auto first = house.Autosave(house.con, "The boa");
  house.clock.AdvanceSeconds(3);
  const auto second = house.Autosave(house.con, "The boat sank");
  CHECK(first.version == 1);
  CHECK(second.version == 2);
  CHECK(second.saved_at == house.clock.Now());
  const WorkingCopy copy = house.copies.Get(house.con, house.story.id).value();
  CHECK(copy.content.title == "The boat sank");
  CHECK(copy.content.text == "It leaked.");
  CHECK(copy.state.base_version == 1);
  CHECK(house.Number("SELECT COUNT(*) FROM working_copies") == 1);
  CHECK(house.Head() == head);
  CHECK(house.Revisions() == 1);
  CHECK(house.stories.Get(house.con, house.story.id)->story.content.title == "The boat");
  Principal admin = house.ada;
  admin.is_admin = true;
  for (const Principal& other : {admin, house.ed, house.vic, house.eve}) {
    CHECK(CodeOf(house.copies.Get(other, house.story.id)) == ErrorCode::kNotFound);
  }
}

TEST_CASE("each person has a working copy of their own", "[stories][working-copy]") {
  Writing house;
  house.Autosave(house.con, "Con's");
  house.Autosave(house.ed, "Ed's");
  CHECK(house.copies.Get(house.con, house.story.id)->content.title == "Con's");
  REQUIRE(house.copies.Discard(house.ed, house.story.id));
  REQUIRE(house.copies.Discard(house.ed, house.story.id));
  CHECK_FALSE(house.HasCopy(house.ed));
  CHECK(house.HasCopy(house.con));
}

TEST_CASE("every field of a working copy survives the way into the database",
          "[stories][working-copy]") {
  Writing house;
  StoryInput input = testing::Household::Input("A “title”", "Two\n\nparagraphs \\ and 字.");
  input.status = StoryStatus::kDraft;
  input.tags = {{"a", "Größe"}};
  input.language = "de";
  input.happened_at = ParseEdtf("1957~").value();
  input.place = "Köln";
  input.author = "Rosa";
  REQUIRE(house.copies.Put(house.con, house.story.id, 1, input));
  const StoryContent content = house.copies.Get(house.con, house.story.id)->content;
  CHECK(content.title == *input.title);
  CHECK(content.document == input.document->json);
  CHECK(content.text == input.document->text);
  CHECK(content.status == StoryStatus::kDraft);
  CHECK(content.tags == *input.tags);
  CHECK(content.language == "de");
  CHECK(content.happened_at->text == "1957~");
  CHECK(content.place == "Köln");
  CHECK(content.author == "Rosa");
  // What is taken away is something that was written too.
  REQUIRE(house.copies.Save(house.con, house.story.id));
  StoryInput without;
  without.happened_at.emplace();
  without.place.emplace();
  REQUIRE(house.copies.Put(house.con, house.story.id, 2, without));
  const StoryContent cleared = house.copies.Save(house.con, house.story.id)->value.story.content;
  CHECK_FALSE(cleared.happened_at);
  CHECK_FALSE(cleared.place);
  CHECK(cleared.author == "Rosa");
}

TEST_CASE("saving makes a revision of the working copy and ends it", "[stories][working-copy]") {
  Writing house;
  house.Autosave(house.con, "The boat sank");
  const auto saved = house.copies.Save(house.con, house.story.id);
  REQUIRE(saved);
  CHECK(saved->value.story.content.title == "The boat sank");
  CHECK(saved->value.story.revision == 2);
  CHECK(house.EventsSince(0).back() == "StoryUpdated");
  CHECK_FALSE(house.HasCopy(house.con));
  const auto again = house.copies.Save(house.con, house.story.id);
  REQUIRE(again);
  CHECK(again->value.story.version == 2);
  CHECK(again->position == saved->position);
  house.Autosave(house.con, "The boat sank", 2);
  REQUIRE(house.copies.Save(house.con, house.story.id));
  CHECK(house.Revisions() == 2);
  CHECK_FALSE(house.HasCopy(house.con));
}

TEST_CASE("a working copy of an older version waits for its person", "[stories][working-copy]") {
  Writing house;
  house.Autosave(house.con, "Con's title");
  REQUIRE(house.stories.Update(house.ed, house.story.id, 1, Family::Titled("Ed's title")));
  CHECK(CodeOf(house.copies.Save(house.con, house.story.id)) == ErrorCode::kPreconditionFailed);
  const auto copy = house.copies.Get(house.con, house.story.id);
  REQUIRE(copy);
  CHECK(copy->content.title == "Con's title");
  CHECK(copy->state.base_version == 1);
  CHECK(copy->state.story_version == 2);
  house.Autosave(house.con, "Con's after all", 2);
  CHECK(house.copies.Save(house.con, house.story.id)->value.story.revision == 3);
}

TEST_CASE("a patch ends one's own working copy, not others'", "[stories][working-copy]") {
  Writing house;
  house.Autosave(house.con, "Con's");
  house.Autosave(house.ed, "Ed's");
  REQUIRE(house.stories.Update(house.con, house.story.id, 1, Family::Titled("Saved")));
  CHECK_FALSE(house.HasCopy(house.con));
  CHECK(house.HasCopy(house.ed));
}

TEST_CASE("who may not change a story keeps no working copy of it", "[stories][working-copy]") {
  Writing house;
  const Id& id = house.story.id;
  CHECK(CodeOf(house.copies.Put(house.vic, id, 1, Family::Titled("x"))) == ErrorCode::kForbidden);
  CHECK(CodeOf(house.copies.Put(house.eve, id, 1, Family::Titled("x"))) == ErrorCode::kNotFound);
  CHECK(CodeOf(house.copies.Save(house.vic, id)) == ErrorCode::kForbidden);
  CHECK(CodeOf(house.copies.Save(house.eve, id)) == ErrorCode::kNotFound);
  CHECK(CodeOf(house.copies.Discard(house.eve, id)) == ErrorCode::kNotFound);
  const auto future = house.copies.Put(house.con, id, 2, Family::Titled("x"));
  REQUIRE_FALSE(future);
  CHECK(future.error().fields.front().pointer == "/base_version");
}

TEST_CASE("after ten idle minutes a working copy becomes a revision", "[stories][working-copy]") {
  Writing house;
  house.Autosave(house.con, "The boat");
  house.clock.AdvanceSeconds(kTenMinutes / 2);
  house.Autosave(house.con, "The boat sank");
  house.clock.AdvanceSeconds(kTenMinutes - 1);
  REQUIRE(house.copies.Housekeep());
  CHECK(house.HasCopy(house.con));
  house.clock.AdvanceSeconds(1);
  REQUIRE(house.copies.Housekeep());
  CHECK_FALSE(house.HasCopy(house.con));
  const auto revision = house.stories.GetRevision(house.ada, house.story.id, 2);
  REQUIRE(revision);
  CHECK(revision->content.title == "The boat sank");
  CHECK(revision->author == "con");
  CHECK_FALSE(revision->note.empty());
}

TEST_CASE("what cannot be saved by itself stays, and holds nobody back",
          "[stories][working-copy]") {
  Writing house;
  const Story second = house.Write(house.con, house.legacy, "Second", "Text.");
  house.Autosave(house.con, "Not saved");
  SECTION("somebody else saved in between") {
    REQUIRE(house.stories.Update(house.ed, house.story.id, 1, Family::Titled("Ed's")));
  }
  SECTION("they may not write here any more") {
    REQUIRE(house.legacies.ChangeMember(house.ada, house.legacy, house.con.user_id, Role::kViewer));
  }
  SECTION("it is damaged") {
    REQUIRE(house.database->Write([&](Transaction& tx) -> Status {
      const auto broken = tx.Execute("UPDATE working_copies SET content = '{'", {});
      if (!broken) return ErrorOf(broken);
      return {};
    }));
  }
  SECTION("they were disabled") {
    REQUIRE(house.database->Write([&](Transaction& tx) -> Status {
      const auto gone = tx.Execute("UPDATE users SET disabled_at = 1 WHERE id = $1",
                                   {std::string_view(house.con.user_id)});
      if (!gone) return ErrorOf(gone);
      return {};
    }));
  }
  const auto revisions = house.Revisions();
  REQUIRE(house.copies.Put(house.ed, second.id, 1, Family::Titled("Saved")));
  house.clock.AdvanceSeconds(kTenMinutes);
  // One at a time: what is parked does not come first again.
  REQUIRE(house.copies.Housekeep(1));
  REQUIRE(house.copies.Housekeep(1));
  CHECK(house.Revisions() == revisions);
  CHECK(house.Number("SELECT COUNT(*) FROM working_copies") == 1);
  CHECK(house.stories.Get(house.ada, second.id)->story.content.title == "Saved");
}

TEST_CASE("a parked working copy is saved by itself once its person goes on",
          "[stories][working-copy]") {
  Writing house;
  house.Autosave(house.con, "Con's");
  REQUIRE(house.stories.Update(house.ed, house.story.id, 1, Family::Titled("Ed's")));
  house.clock.AdvanceSeconds(kTenMinutes);
  REQUIRE(house.copies.Housekeep());
  CHECK(house.HasCopy(house.con));
  house.Autosave(house.con, "Merged", 2);
  house.clock.AdvanceSeconds(kTenMinutes);
  REQUIRE(house.copies.Housekeep());
  CHECK(house.stories.Get(house.ada, house.story.id)->story.content.title == "Merged");
}

TEST_CASE("a working copy goes on after its story came back from the bin",
          "[stories][working-copy]") {
  Writing house;
  house.Autosave(house.con, "The boat sank");
  REQUIRE(house.stories.Delete(house.ada, house.story.id, 1));
  CHECK(CodeOf(house.copies.Get(house.con, house.story.id)) == ErrorCode::kNotFound);
  house.clock.AdvanceSeconds(kTenMinutes);
  REQUIRE(house.copies.Housekeep());
  REQUIRE(house.bin.TakeBack(house.ada, house.story.id));
  CHECK(house.copies.Save(house.con, house.story.id)->value.story.content.title == "The boat sank");
}

TEST_CASE("a working copy survives the end of the process", "[stories][working-copy]") {
  Writing house;
  house.Autosave(house.con, "The boat sank");
  auto reopened = OpenSqliteDatabase(
      {.path = house.folder / "heirloom.db", .clock = house.clock, .random = house.random});
  REQUIRE(reopened);
  WorkingCopyService copies(**reopened, house.clock);
  CHECK(copies.Get(house.con, house.story.id)->content.title == "The boat sank");
}

}  // namespace heirloom
