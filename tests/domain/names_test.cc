#include <catch2/catch.hpp>
#include <string>

#include "appliance/domain/legacy.h"
#include "appliance/domain/story.h"

namespace heirloom {

// These words stand in databases, tokens and scripts: a test that fails here is a migration.
TEST_CASE("stored words are these and come back as what they were", "[domain]") {
  CHECK(ParseRole("viewer") == Role::kViewer);
  CHECK(ParseRole("contributor") == Role::kContributor);
  CHECK(ParseRole("editor") == Role::kEditor);
  CHECK(ParseRole("owner") == Role::kOwner);
  CHECK(ParseVisibility("private") == Visibility::kPrivate);
  CHECK(ParseVisibility("members") == Visibility::kMembers);
  CHECK(ParseStoryStatus("draft") == StoryStatus::kDraft);
  CHECK(ParseStoryStatus("published") == StoryStatus::kPublished);
  CHECK(ParseStoryStatus("archived") == StoryStatus::kArchived);
  CHECK(ToString(Role::kContributor) == "contributor");
  CHECK(ToString(Visibility::kPrivate) == "private");
  CHECK(ToString(StoryStatus::kArchived) == "archived");
}

TEST_CASE("other words are none", "[domain]") {
  for (const std::string text : {"", "Owner", "owner ", "admin", "draft", "0"}) {
    CHECK_FALSE(ParseRole(text));
    CHECK_FALSE(ParseVisibility(text));
  }
  CHECK_FALSE(ParseStoryStatus("Draft"));
  CHECK_FALSE(ParseStoryStatus(""));
}

TEST_CASE("a later role may all that an earlier one may", "[domain]") {
  CHECK(Role::kViewer < Role::kContributor);
  CHECK(Role::kContributor < Role::kEditor);
  CHECK(Role::kEditor < Role::kOwner);
}

}  // namespace heirloom
