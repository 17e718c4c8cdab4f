#include <catch2/catch.hpp>

#include "appliance/legacies/legacy_service.h"
#include "tests/support/household.h"

namespace heirloom {
namespace {

using testing::Household;

ErrorCode CodeOf(const auto& result) { return result.error().code; }

const RequestKey kKey{"POST /api/v1/legacies", "a-key", "digest"};

LegacyInput Titled(const std::string& title) {
  LegacyInput input;
  input.title = title;
  return input;
}

}  // namespace

TEST_CASE("a legacy is founded once for each key, whoever else uses it", "[legacies]") {
  Household house;
  const Principal ada = house.Person("ada");
  const Principal ben = house.Person("ben");
  const auto first = house.legacies.Create(ada, Titled("Once"), kKey);
  REQUIRE(first);
  CHECK_FALSE(first->replayed);
  const auto again = house.legacies.Create(ada, Titled("Once"), kKey);
  REQUIRE(again);
  CHECK(again->replayed);
  CHECK(again->value.legacy.id == first->value.legacy.id);
  const auto other = house.legacies.Create(ben, Titled("Once"), kKey);
  REQUIRE(other);
  CHECK_FALSE(other->replayed);
  CHECK(house.legacies.List(ada, {}, 10)->items.size() == 1);

  RequestKey another = kKey;
  another.digest = "another";
  const auto refused = house.legacies.Create(ada, Titled("Twice"), another);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().fields.at(0).pointer == "Idempotency-Key");
}

TEST_CASE("a repeated change gives the legacy as it is now, by today's policy", "[legacies]") {
  Household house;
  const Principal ada = house.Person("ada");
  const Principal ben = house.Person("ben");
  const Id legacy = house.LegacyOf(ada);
  house.Join(ada, legacy, "ben", Role::kOwner);
  REQUIRE(house.legacies.Update(ada, legacy, 1, Titled("First"), kKey));
  REQUIRE(house.legacies.Update(ben, legacy, 2, Titled("Second")));
  // The version that the request was begun from is long gone: it is a repeat all the same.
  const auto again = house.legacies.Update(ada, legacy, 1, Titled("First"), kKey);
  REQUIRE(again);
  CHECK(again->replayed);
  CHECK(again->value.legacy.title == "Second");
  CHECK(again->value.legacy.version == 3);
  REQUIRE(house.legacies.RemoveMember(ben, legacy, ada.user_id));
  CHECK(CodeOf(house.legacies.Update(ada, legacy, 1, Titled("First"), kKey)) ==
        ErrorCode::kNotFound);
}

TEST_CASE("a repeated invitation gives the member as they are now", "[legacies]") {
  Household house;
  const Principal ada = house.Person("ada");
  const Principal ben = house.Person("ben");
  const Id legacy = house.LegacyOf(ada);
  const auto add = [&] {
    return house.legacies.AddMember(ada, legacy, "ben@example.org", Role::kViewer, kKey);
  };
  REQUIRE(add());
  REQUIRE(house.legacies.ChangeMember(ada, legacy, ben.user_id, Role::kEditor));
  const auto again = add();
  REQUIRE(again);
  CHECK(again->replayed);
  CHECK(again->value.member.role == Role::kEditor);
  REQUIRE(house.legacies.RemoveMember(ada, legacy, ben.user_id));
  CHECK(CodeOf(add()) == ErrorCode::kNotFound);
}

TEST_CASE("a change that was refused does not use its key up", "[legacies]") {
  Household house;
  const Principal ada = house.Person("ada");
  const Id legacy = house.LegacyOf(ada);
  CHECK(CodeOf(house.legacies.Update(ada, legacy, 7, Titled("New"), kKey)) ==
        ErrorCode::kPreconditionFailed);
  const auto changed = house.legacies.Update(ada, legacy, 1, Titled("New"), kKey);
  REQUIRE(changed);
  CHECK_FALSE(changed->replayed);
}

}  // namespace heirloom
