#include "appliance/legacies/legacy_service.h"

#include <catch2/catch.hpp>

#include "tests/support/household.h"

namespace heirloom {
namespace {

using testing::Household;

ErrorCode CodeOf(const auto& result) { return result.error().code; }

}  // namespace

TEST_CASE("who founds a legacy owns it, and nobody else knows of it", "[legacies]") {
  Household house;
  const Principal ada = house.Person("ada");
  const Principal eve = house.Person("eve");
  const Id legacy = house.LegacyOf(ada);
  CHECK(house.legacies.Get(ada, legacy)->role == Role::kOwner);
  CHECK(CodeOf(house.legacies.Get(eve, legacy)) == ErrorCode::kNotFound);
  CHECK(CodeOf(house.legacies.Members(eve, legacy, {}, 10)) == ErrorCode::kNotFound);
  CHECK(CodeOf(house.legacies.Update(eve, legacy, 1, {})) == ErrorCode::kNotFound);
  CHECK(CodeOf(house.legacies.Delete(eve, legacy, 1)) == ErrorCode::kNotFound);
  CHECK(CodeOf(house.legacies.AddMember(eve, legacy, "eve@example.org", Role::kOwner)) ==
        ErrorCode::kNotFound);
  CHECK(CodeOf(house.legacies.RemoveMember(eve, legacy, ada.user_id)) == ErrorCode::kNotFound);
  CHECK(house.legacies.List(eve, {}, 10)->items.empty());
}

TEST_CASE("legacies come by title, page by page, each once", "[legacies]") {
  Household house;
  const Principal ada = house.Person("ada");
  for (const char* title : {"zebra", "Émile", "Adler", "zebra", "émile", "Über"}) {
    house.LegacyOf(ada, title);
  }
  std::vector<std::string> titles;
  std::vector<std::string> after;
  do {
    const auto page = house.legacies.List(ada, after, 2).value();
    CHECK(page.items.size() == 2);
    for (const LegacyView& view : page.items) titles.push_back(view.legacy.title);
    after = page.next;
  } while (!after.empty());
  REQUIRE(titles.size() == 6);
  CHECK(titles.front() == "Adler");
  CHECK(titles[3] == "Über");
  CHECK(titles[4] == "zebra");
}

TEST_CASE("a change wants the version that was read, and counts it on", "[legacies]") {
  Household house;
  const Principal ada = house.Person("ada");
  const Id legacy = house.LegacyOf(ada);
  LegacyInput input;
  input.title = "Renamed";
  const auto changed = house.legacies.Update(ada, legacy, 1, input);
  REQUIRE(changed);
  CHECK(changed->value.legacy.version == 2);
  CHECK(CodeOf(house.legacies.Update(ada, legacy, 1, input)) == ErrorCode::kPreconditionFailed);
  CHECK(CodeOf(house.legacies.Delete(ada, legacy, 1)) == ErrorCode::kPreconditionFailed);
  CHECK(house.legacies.Get(ada, legacy)->legacy.title == "Renamed");
}

TEST_CASE("only owners change a legacy and its members", "[legacies]") {
  Household house;
  const Principal ada = house.Person("ada");
  const Principal ben = house.Person("ben");
  const Id legacy = house.LegacyOf(ada);
  house.Join(ada, legacy, "ben", Role::kEditor);
  LegacyInput input;
  input.title = "Mine";
  CHECK(CodeOf(house.legacies.Update(ben, legacy, 1, input)) == ErrorCode::kForbidden);
  CHECK(CodeOf(house.legacies.ChangeMember(ben, legacy, ben.user_id, Role::kOwner)) ==
        ErrorCode::kForbidden);
  CHECK(CodeOf(house.legacies.RemoveMember(ben, legacy, ada.user_id)) == ErrorCode::kForbidden);
  // E-mail addresses are shown to owners, and each their own.
  const auto members = house.legacies.Members(ben, legacy, {}, 10).value();
  for (const MemberView& view : members.items) {
    CHECK(view.show_email == (view.member.user_id == ben.user_id));
  }
}

TEST_CASE("there is always an owner", "[legacies]") {
  Household house;
  const Principal ada = house.Person("ada");
  const Principal ben = house.Person("ben");
  const Id legacy = house.LegacyOf(ada);
  CHECK(CodeOf(house.legacies.RemoveMember(ada, legacy, ada.user_id)) == ErrorCode::kConflict);
  CHECK(CodeOf(house.legacies.ChangeMember(ada, legacy, ada.user_id, Role::kViewer)) ==
        ErrorCode::kConflict);
  house.Join(ada, legacy, "ben", Role::kOwner);
  CHECK(house.legacies.ChangeMember(ben, legacy, ada.user_id, Role::kViewer));
  CHECK(CodeOf(house.legacies.RemoveMember(ben, legacy, ben.user_id)) == ErrorCode::kConflict);
  // Everybody else may leave.
  CHECK(house.legacies.RemoveMember(ada, legacy, ada.user_id));
  CHECK(CodeOf(house.legacies.Get(ada, legacy)) == ErrorCode::kNotFound);
}

TEST_CASE("adding somebody twice changes nothing, with another role it is refused", "[legacies]") {
  Household house;
  const Principal ada = house.Person("ada");
  (void)house.Person("ben");
  const Id legacy = house.LegacyOf(ada);
  const auto added = house.legacies.AddMember(ada, legacy, "ben@example.org", Role::kViewer);
  const auto again = house.legacies.AddMember(ada, legacy, "BEN@example.org", Role::kViewer);
  REQUIRE(again);
  CHECK(again->position == added->position);
  CHECK(CodeOf(house.legacies.AddMember(ada, legacy, "ben@example.org", Role::kEditor)) ==
        ErrorCode::kConflict);
  const auto nobody = house.legacies.AddMember(ada, legacy, "nobody@example.org", Role::kViewer);
  REQUIRE_FALSE(nobody);
  REQUIRE(nobody.error().fields.size() == 1);
  CHECK(nobody.error().fields[0].pointer == "/email");
}

TEST_CASE("members come owners first, page by page, each once", "[legacies]") {
  Household house;
  const Principal ada = house.Person("ada");
  const Id legacy = house.LegacyOf(ada);
  const std::vector<std::pair<std::string, Role>> joining = {
      {"zoe", Role::kOwner}, {"cy", Role::kViewer}, {"ben", Role::kViewer}, {"dee", Role::kEditor}};
  for (const auto& [name, role] : joining) {
    (void)house.Person(name);
    house.Join(ada, legacy, name, role);
  }
  std::vector<std::string> names;
  std::vector<std::string> after;
  do {
    const auto page = house.legacies.Members(ada, legacy, after, 2).value();
    for (const MemberView& view : page.items) names.push_back(view.member.name);
    after = page.next;
  } while (!after.empty());
  CHECK(names == std::vector<std::string>{"ada", "zoe", "dee", "ben", "cy"});
}

TEST_CASE("a private legacy vanishes for all but its owners", "[legacies]") {
  Household house;
  const Principal ada = house.Person("ada");
  const Principal ben = house.Person("ben");
  const Id legacy = house.LegacyOf(ada);
  house.Join(ada, legacy, "ben", Role::kEditor);
  LegacyInput input;
  input.visibility = Visibility::kPrivate;
  REQUIRE(house.legacies.Update(ada, legacy, std::nullopt, input));
  CHECK(CodeOf(house.legacies.Get(ben, legacy)) == ErrorCode::kNotFound);
  CHECK(house.legacies.List(ben, {}, 10)->items.empty());
  CHECK(house.legacies.MembershipsOf(ben)->empty());
}

TEST_CASE("a deleted legacy is gone with its stories", "[legacies]") {
  Household house;
  const Principal ada = house.Person("ada");
  const Id legacy = house.LegacyOf(ada);
  const Story story = house.Write(ada, legacy, "A story", "Text.");
  REQUIRE(house.legacies.Delete(ada, legacy, 1));
  CHECK(CodeOf(house.legacies.Get(ada, legacy)) == ErrorCode::kNotFound);
  CHECK(CodeOf(house.stories.Get(ada, story.id)) == ErrorCode::kNotFound);
  CHECK(house.legacies.List(ada, {}, 10)->items.empty());
  CHECK(house.stories.List(ada, {})->items.empty());
}

TEST_CASE("a token without the scope may not found, change or leave", "[legacies]") {
  Household house;
  const Principal ada = house.Person("ada");
  Principal ben = house.Person("ben");
  const Id legacy = house.LegacyOf(ada);
  house.Join(ada, legacy, "ben", Role::kViewer);
  ben.scopes = std::set<std::string>{"legacies:read"};
  LegacyInput input;
  input.title = "New";
  CHECK(house.legacies.Get(ben, legacy));
  CHECK(CodeOf(house.legacies.Create(ben, input)) == ErrorCode::kForbidden);
  CHECK(CodeOf(house.legacies.RemoveMember(ben, legacy, ben.user_id)) == ErrorCode::kForbidden);
}

}  // namespace heirloom
