#include "appliance/stories/tag_service.h"

#include "tests/stories/family.h"

namespace heirloom {
namespace {

using testing::CodeOf;
using testing::Family;
using Tags = std::vector<std::string>;

struct Tagged : Family {
  Id StoryWith(const Tags& with, StoryStatus status = StoryStatus::kPublished) {
    StoryInput input = Titled("Tagged");
    input.tags = with;
    input.status = status;
    const auto made = stories.Create(con, legacy, input);
    REQUIRE(made);
    return made->value.story.id;
  }
  Tags TagsOf(const Id& id) { return stories.Get(ada, id)->story.content.tags; }

  // "tag 2" of each.
  Tags Listed(const Principal& who) {
    const auto page = tags.List(who, legacy, {}, 100);
    REQUIRE(page);
    Tags listed;
    for (const TagCount& tag : page->items) {
      listed.push_back(tag.tag + " " + std::to_string(tag.count));
    }
    return listed;
  }

  TagRenamed Rename(const std::string& from, const std::string& to) {
    const auto renamed = tags.Rename(ed, legacy, from, to);
    REQUIRE(renamed);
    return renamed->value;
  }
};

}  // namespace

TEST_CASE("tags are counted over what the reader may see, and lists show", "[stories][tags]") {
  Tagged house;
  house.StoryWith({"boats", "Winter"});
  house.StoryWith({"boats"}, StoryStatus::kDraft);
  house.StoryWith({"secret"}, StoryStatus::kDraft);
  house.StoryWith({"old"}, StoryStatus::kArchived);
  const Id deleted = house.StoryWith({"gone"});
  REQUIRE(house.stories.Delete(house.ada, deleted, 1));
  house.StoryWith({"winter"});
  CHECK(house.Listed(house.vic) == Tags{"boats 1", "winter 2"});
  CHECK(house.Listed(house.con) == Tags{"boats 2", "secret 1", "winter 2"});
  CHECK(house.Listed(house.ed) == Tags{"boats 2", "secret 1", "winter 2"});
  CHECK(CodeOf(house.tags.List(house.eve, house.legacy, {}, 10)) == ErrorCode::kNotFound);
}

TEST_CASE("tags come page by page", "[stories][tags]") {
  Tagged house;
  house.StoryWith({"a", "b", "c", "d", "e"});
  Tags listed;
  std::vector<std::string> after;
  do {
    const auto page = house.tags.List(house.vic, house.legacy, after, 2).value();
    for (const TagCount& tag : page.items) listed.push_back(tag.tag);
    after = page.next;
  } while (!after.empty());
  CHECK(listed == Tags{"a", "b", "c", "d", "e"});
}

TEST_CASE("renaming a tag changes every story that carries it, each with a revision",
          "[stories][tags]") {
  Tagged house;
  const Id first = house.StoryWith({"boats", "winter"});
  const Id archived = house.StoryWith({"BOATS"}, StoryStatus::kArchived);
  const Id other = house.StoryWith({"winter"});
  const auto before = house.Head();
  const TagRenamed renamed = house.Rename("Boats", "Ships");
  CHECK(renamed.changed == 2);
  CHECK_FALSE(renamed.merged);
  CHECK(house.TagsOf(first) == Tags{"Ships", "winter"});
  CHECK(house.TagsOf(archived) == Tags{"Ships"});
  CHECK(house.stories.Get(house.ada, other)->story.version == 1);
  const auto revision = house.stories.GetRevision(house.ada, first, 2).value();
  CHECK(revision.author == "ed");
  CHECK(revision.note == "Tag renamed: Boats → Ships");
  CHECK(house.EventsSince(before) == Tags{"StoryUpdated", "StoryUpdated"});
  CHECK(house.stories.List(house.vic, {.tag = "ships"})->items.size() == 1);
  CHECK(house.stories.List(house.vic, {.tag = "boats"})->items.empty());
  CHECK(house.Number("SELECT COUNT(*) FROM audit WHERE action = 'tag.renamed'") == 1);
  CHECK(house.ChainsHold());
  // Again: there is nothing left to do.
  const auto head = house.Head();
  CHECK(house.Rename("Boats", "Ships").changed == 0);
  CHECK(house.Head() == head);
}

TEST_CASE("a tag that is renamed to another is merged into it", "[stories][tags]") {
  Tagged house;
  const Id both = house.StoryWith({"ships", "x", "boats"});
  const Id one = house.StoryWith({"boats"});
  house.StoryWith({"ships"});
  const TagRenamed renamed = house.Rename("boats", "Ships");
  CHECK(renamed.merged);
  CHECK(renamed.changed == 2);
  CHECK(house.TagsOf(both) == Tags{"ships", "x"});
  CHECK(house.TagsOf(one) == Tags{"Ships"});
  CHECK(house.Listed(house.ada) == Tags{"ships 3", "x 1"});
}

TEST_CASE("a tag can be spelled anew", "[stories][tags]") {
  Tagged house;
  const Id lower = house.StoryWith({"oma", "x"});
  const Id right = house.StoryWith({"Oma"});
  const TagRenamed renamed = house.Rename("oma", "Oma");
  CHECK(renamed.changed == 1);
  CHECK_FALSE(renamed.merged);
  CHECK(house.TagsOf(lower) == Tags{"Oma", "x"});
  CHECK(house.stories.Get(house.ada, right)->story.version == 1);
  CHECK(house.Rename("OMA", "Oma").changed == 0);
}

TEST_CASE("many stories are renamed in steps", "[stories][tags]") {
  Tagged house;
  for (int i = 0; i < 230; ++i) house.StoryWith({"boats"});
  CHECK(house.Rename("boats", "ships").changed == 230);
  CHECK(house.Listed(house.ada) == Tags{"ships 230"});
  CHECK(house.Number("SELECT COUNT(*) FROM audit WHERE action = 'tag.renamed'") == 3);
}

TEST_CASE("only editors rename tags", "[stories][tags]") {
  Tagged house;
  house.StoryWith({"boats"});
  CHECK(CodeOf(house.tags.Rename(house.con, house.legacy, "boats", "x")) == ErrorCode::kForbidden);
  CHECK(CodeOf(house.tags.Rename(house.vic, house.legacy, "boats", "x")) == ErrorCode::kForbidden);
  CHECK(CodeOf(house.tags.Rename(house.eve, house.legacy, "boats", "x")) == ErrorCode::kNotFound);
  CHECK(house.Listed(house.ada) == Tags{"boats 1"});
}

}  // namespace heirloom
