#include <catch2/catch.hpp>

#include "appliance/stories/revision_check_service.h"
#include "tests/support/household.h"

namespace heirloom {
namespace {

using testing::Household;

struct Chains : Household {
  Principal ada = Person("ada");
  Id legacy = LegacyOf(ada);

  // A story with `count` revisions.
  Id StoryOf(int count) {
    const Story story = Write(ada, legacy, "Revision 1", "Text.");
    for (int i = 2; i <= count; ++i) {
      StoryInput input;
      input.title = "Revision " + std::to_string(i);
      REQUIRE(stories.Update(ada, story.id, i - 1, input));
    }
    return story.id;
  }

  void Tamper(const std::string& sql, const Id& story) {
    REQUIRE(database->Write([&](Transaction& tx) -> Status {
      const auto changed = tx.Execute(sql, {std::string_view(story)});
      if (!changed) return ErrorOf(changed);
      REQUIRE(*changed == 1);
      return {};
    }));
  }

  // "<number>: <reason>" of each finding; all are of `story`.
  std::vector<std::string> Findings(const Id& story) {
    NoProgress progress;
    std::vector<std::string> found;
    const auto check = CheckRevisions(*database, progress, [&](const RevisionFinding& finding) {
      CHECK(finding.story_id == story);
      CHECK(finding.tenant_id == kDefaultTenant);
      found.push_back(std::to_string(finding.number) + ": " + finding.reason);
      return true;
    });
    REQUIRE(check);
    CHECK(check->findings == static_cast<std::int64_t>(found.size()));
    return found;
  }
};

using Found = std::vector<std::string>;

}  // namespace

TEST_CASE("untouched revisions pass, over many pages", "[stories][revisions]") {
  Chains house;
  for (int i = 0; i < 6; ++i) house.StoryOf(50);
  NoProgress progress;
  const auto check =
      CheckRevisions(*house.database, progress, [](const RevisionFinding&) { return true; });
  REQUIRE(check);
  CHECK(check->revisions == 300);
  CHECK(check->findings == 0);
}

TEST_CASE("whatever is changed behind our back is found, where it is", "[stories][revisions]") {
  Chains house;
  house.StoryOf(2);
  const Id story = house.StoryOf(3);
  house.StoryOf(2);
  SECTION("words of an earlier revision") {
    house.Tamper(
        "UPDATE revisions SET content = replace(content, 'Text.', 'Tent.') "
        "WHERE story_id = $1 AND number = 2",
        story);
    CHECK(house.Findings(story) == Found{"2: its content is not what was sealed"});
  }
  SECTION("who saved it") {
    house.Tamper("UPDATE revisions SET author = 'eve' WHERE story_id = $1 AND number = 1", story);
    CHECK(house.Findings(story) == Found{"1: its seal does not fit it, or the one before it"});
  }
  SECTION("a seal, which breaks the next one too") {
    house.Tamper("UPDATE revisions SET digest = 'x' WHERE story_id = $1 AND number = 2", story);
    CHECK(house.Findings(story) == Found{"2: its seal does not fit it, or the one before it",
                                         "3: its seal does not fit it, or the one before it"});
  }
  SECTION("one taken out of the middle") {
    house.Tamper("DELETE FROM revisions WHERE story_id = $1 AND number = 2", story);
    CHECK(house.Findings(story) == Found{"2: it is missing"});
  }
  SECTION("the newest taken away") {
    house.Tamper("DELETE FROM revisions WHERE story_id = $1 AND number = 3", story);
    CHECK(house.Findings(story) == Found{"3: the newest is missing"});
  }
  SECTION("the story itself") {
    house.Tamper("UPDATE stories SET title = 'Another' WHERE id = $1", story);
    CHECK(house.Findings(story) == Found{"0: it is not what its newest revision says"});
  }
}

TEST_CASE("a story without any revision is found", "[stories][revisions]") {
  Chains house;
  const Id story = house.StoryOf(1);
  house.Tamper("DELETE FROM revisions WHERE story_id = $1", story);
  CHECK(house.Findings(story) == Found{"0: it has no revision"});
}

TEST_CASE("a check ends when it is told to", "[stories][revisions]") {
  Chains house;
  const Id story = house.StoryOf(3);
  house.Tamper("UPDATE revisions SET digest = 'x' WHERE story_id = $1 AND number = 1", story);
  NoProgress progress;
  int told = 0;
  REQUIRE(CheckRevisions(*house.database, progress, [&](const RevisionFinding&) {
    ++told;
    return false;
  }));
  CHECK(told == 1);
}

}  // namespace heirloom
