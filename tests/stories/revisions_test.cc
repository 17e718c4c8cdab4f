#include "tests/stories/family.h"

namespace heirloom {
namespace {

using testing::CodeOf;
using testing::Family;

}  // namespace

TEST_CASE("a revision is compared with the one before, or any earlier one", "[stories][diff]") {
  Family house;
  const Story story = house.Write(house.ada, house.legacy, "One", "The boat sank.");
  REQUIRE(house.stories.Update(house.ada, story.id, 1,
                               testing::Household::Input("One", "The old boat sank.")));
  REQUIRE(house.stories.Update(house.ada, story.id, 2, Family::Titled("Two")));
  const auto newest = house.stories.Diff(house.vic, story.id, 3, std::nullopt).value();
  CHECK(newest.from == 2);
  CHECK(newest.fields == std::vector<FieldChange>{{"title", "One", "Two"}});
  CHECK(newest.text.pieces.size() == 1);
  const auto whole = house.stories.Diff(house.vic, story.id, 3, 1).value();
  CHECK(whole.text.pieces.size() == 3);
  const auto from_nothing = house.stories.Diff(house.vic, story.id, 1, std::nullopt).value();
  CHECK(from_nothing.from == 0);
  CHECK(from_nothing.text.pieces == std::vector<TextPiece>{{Change::kAdded, "The boat sank."}});
  for (const std::int64_t against : {1, 2}) {
    const auto later = house.stories.Diff(house.ada, story.id, 1, against);
    REQUIRE_FALSE(later);
    CHECK(later.error().fields.front().pointer == "?against");
  }
  CHECK(CodeOf(house.stories.Diff(house.ada, story.id, 9, std::nullopt)) == ErrorCode::kNotFound);
  CHECK(CodeOf(house.stories.Diff(house.eve, story.id, 2, 1)) == ErrorCode::kNotFound);
}

TEST_CASE("no difference tells what a draft said", "[stories][diff]") {
  Family house;
  const Story story =
      house.Write(house.con, house.legacy, "Secret", "Not yet.", StoryStatus::kDraft);
  StoryInput publish = Family::Titled("Public");
  publish.status = StoryStatus::kPublished;
  REQUIRE(house.stories.Update(house.con, story.id, 1, publish));
  CHECK(CodeOf(house.stories.Diff(house.vic, story.id, 2, 1)) == ErrorCode::kNotFound);
  CHECK(CodeOf(house.stories.Diff(house.vic, story.id, 1, 0)) == ErrorCode::kNotFound);
  // To a viewer what was published first came out of nothing.
  CHECK(house.stories.Diff(house.vic, story.id, 2, std::nullopt)->from == 0);
  CHECK(house.stories.Diff(house.con, story.id, 2, std::nullopt)->from == 1);
}

}  // namespace heirloom
