#include <set>
#include <thread>

#include "tests/stories/family.h"

namespace heirloom {
namespace {

using testing::CodeOf;
using testing::Family;

RequestKey Key(const std::string& route, const std::string& digest = "digest") {
  return {route, "key-1", digest};
}

const RequestKey kCreate = Key("POST /api/v1/stories");
const RequestKey kPatch = Key("PATCH /api/v1/stories/{id}");

}  // namespace

TEST_CASE("eight who send the same request at once make one story", "[stories][idempotency]") {
  Family house;
  constexpr int kThreads = 8;
  std::vector<std::optional<Result<StoryWritten>>> results(kThreads);
  {
    std::vector<std::jthread> threads;
    for (auto& result : results) {
      threads.emplace_back([&] {
        result = house.stories.Create(house.con, house.legacy, Family::Titled("Once"), kCreate);
      });
    }
  }
  std::set<Id> ids;
  int replayed = 0;
  for (const auto& result : results) {
    REQUIRE(result->has_value());
    ids.insert((*result)->value.story.id);
    replayed += (*result)->replayed ? 1 : 0;
  }
  CHECK(ids.size() == 1);
  CHECK(replayed == kThreads - 1);
  CHECK(house.stories.List(house.ada, {})->items.size() == 1);
}

TEST_CASE("a repeat gives the story as it is today, to who may read it today",
          "[stories][idempotency]") {
  Family house;
  const auto create = [&](const Principal& who) {
    return house.stories.Create(who, house.legacy, Family::Titled("Once"), kCreate);
  };
  const Story story = create(house.con)->value.story;
  REQUIRE(house.stories.Update(house.ed, story.id, 1, Family::Titled("Twice")));
  CHECK(create(house.con)->value.story.content.title == "Twice");
  SECTION("demoted: no writer any more, but still a reader") {
    REQUIRE(house.legacies.ChangeMember(house.ada, house.legacy, house.con.user_id, Role::kViewer));
    const auto repeat = create(house.con);
    REQUIRE(repeat);
    CHECK(repeat->replayed);
    CHECK_FALSE(repeat->value.may_edit);
  }
  SECTION("put out") {
    REQUIRE(house.legacies.RemoveMember(house.ada, house.legacy, house.con.user_id));
    CHECK(CodeOf(create(house.con)) == ErrorCode::kNotFound);
  }
  SECTION("deleted meanwhile: nothing is made again") {
    REQUIRE(house.stories.Delete(house.ada, story.id, 2));
    CHECK(CodeOf(create(house.con)) == ErrorCode::kNotFound);
    CHECK(house.stories.List(house.ada, {})->items.empty());
  }
  SECTION("the same key of somebody else is another") { CHECK_FALSE(create(house.ed)->replayed); }
}

TEST_CASE("a repeated change is no conflict with itself", "[stories][idempotency]") {
  Family house;
  const Story story = house.Write(house.con, house.legacy, "One", "Text.");
  const auto change = [&] {
    return house.stories.Update(house.con, story.id, 1, Family::Titled("Two"), kPatch);
  };
  REQUIRE_FALSE(change()->replayed);
  const auto repeat = change();
  REQUIRE(repeat);
  CHECK(repeat->replayed);
  CHECK(repeat->value.story.revision == 2);
  CHECK(CodeOf(house.stories.Update(house.con, story.id, 1, Family::Titled("Two"))) ==
        ErrorCode::kPreconditionFailed);
}

TEST_CASE("a repeated restore restores once", "[stories][idempotency]") {
  Family house;
  const Story story = house.Write(house.con, house.legacy, "One", "Text.");
  REQUIRE(house.stories.Update(house.con, story.id, 1, Family::Titled("Two")));
  const RequestKey key = Key("POST /api/v1/stories/{id}/revisions/{n}/restore");
  REQUIRE_FALSE(house.stories.Restore(house.con, story.id, 1, 2, key)->replayed);
  const auto repeat = house.stories.Restore(house.con, story.id, 1, 2, key);
  REQUIRE(repeat);
  CHECK(repeat->replayed);
  CHECK(repeat->value.story.revision == 3);
}

TEST_CASE("a key that was used for something else is refused, before a version is looked at",
          "[stories][idempotency]") {
  Family house;
  const Story story = house.Write(house.con, house.legacy, "One", "Text.");
  REQUIRE(house.stories.Update(house.con, story.id, 1, Family::Titled("Two"), kPatch));
  const auto other =
      house.stories.Update(house.con, story.id, 1, Family::Titled("Three"), Key(kPatch.route, "x"));
  REQUIRE_FALSE(other);
  CHECK(other.error().fields.front().pointer == "Idempotency-Key");
}

TEST_CASE("a request that failed may be sent again under its key", "[stories][idempotency]") {
  Family house;
  const Story story = house.Write(house.con, house.legacy, "One", "Text.");
  CHECK(CodeOf(house.stories.Update(house.con, story.id, 9, Family::Titled("Two"), kPatch)) ==
        ErrorCode::kPreconditionFailed);
  const auto again = house.stories.Update(house.con, story.id, 1, Family::Titled("Two"), kPatch);
  REQUIRE(again);
  CHECK_FALSE(again->replayed);
}

}  // namespace heirloom
