// What the operator does at the command line.

#include <catch2/catch.hpp>

#include "appliance/audit/audit_trail.h"
#include "tests/support/household.h"

namespace heirloom {
namespace {

using testing::Household;

constexpr std::string_view kPassword = "a long password";

struct Desk {
  Household house;
  IdentityService& identity = house.identity;

  void Add(const std::string& name, bool admin = false) {
    const auto added =
        identity.AddUser({name, name + "@example.org", std::string(kPassword), admin});
    if (!added) Panic(added.error().message);
  }
  std::vector<std::string> Events() {
    std::vector<std::string> types;
    const auto events = house.database->EventsAfter(0, 1000);
    for (const StoredEvent& stored : events.value()) types.push_back(stored.event.type);
    std::sort(types.begin(), types.end());
    return types;
  }
  std::string LastRecord() {
    const auto entries = ReadOne(*house.database, [](Reader& reader) {
      return audit::Read(reader, kDefaultTenant, std::nullopt, 0, 1);
    });
    return entries->front().actor_name + " " + entries->front().action;
  }
};

}  // namespace

TEST_CASE("the operator sees who has an account, page by page", "[identity]") {
  Desk desk;
  for (const char* name : {"carla", "ada", "ben"}) desk.Add(name);
  REQUIRE(desk.identity.DisableUser("ben@example.org"));
  const auto first = desk.identity.ListUsers({}, 2).value();
  REQUIRE(first.items.size() == 2);
  CHECK(first.items[0].account.name == "ada");
  CHECK_FALSE(first.items[0].disabled_at);
  CHECK(first.items[1].account.name == "ben");
  CHECK(first.items[1].disabled_at == desk.house.clock.Now());
  const auto second = desk.identity.ListUsers(first.next, 2).value();
  REQUIRE(second.items.size() == 1);
  CHECK(second.items[0].account.name == "carla");
  CHECK(second.next.empty());
}

TEST_CASE("who is disabled is out at once, everywhere", "[identity]") {
  Desk desk;
  desk.Add("rosa");
  const auto session = desk.identity.SignIn("rosa@example.org", kPassword).value();
  const auto token = desk.identity.CreateToken("rosa@example.org", "t", {}).value();
  REQUIRE(desk.identity.BySession(session.secret));
  REQUIRE(desk.identity.ByToken(token));
  REQUIRE(desk.identity.DisableUser(" ROSA@example.org"));
  CHECK_FALSE(desk.identity.BySession(session.secret));
  CHECK_FALSE(desk.identity.ByToken(token));
  CHECK(desk.Events() == std::vector<std::string>{"SessionEnded", "TokenEnded"});
  CHECK(desk.LastRecord() == "operator user.disabled");

  const auto wrong = desk.identity.SignIn("nobody@example.org", kPassword);
  const auto disabled = desk.identity.SignIn("rosa@example.org", kPassword);
  REQUIRE_FALSE(disabled);
  CHECK(disabled.error().code == wrong.error().code);
  CHECK(disabled.error().message == wrong.error().message);
  CHECK(desk.identity.CreateToken("rosa@example.org", "t", {}).error().code ==
        ErrorCode::kConflict);
  // Again changes nothing.
  REQUIRE(desk.identity.DisableUser("rosa@example.org"));
  CHECK(desk.Events().size() == 2);
}

TEST_CASE("who is enabled again signs in again, what ended stays ended", "[identity]") {
  Desk desk;
  desk.Add("rosa");
  const auto session = desk.identity.SignIn("rosa@example.org", kPassword).value();
  const auto token = desk.identity.CreateToken("rosa@example.org", "t", {}).value();
  REQUIRE(desk.identity.DisableUser("rosa@example.org"));
  REQUIRE(desk.identity.EnableUser("rosa@example.org"));
  CHECK(desk.LastRecord() == "operator user.enabled");
  CHECK_FALSE(desk.identity.BySession(session.secret));
  CHECK_FALSE(desk.identity.ByToken(token));
  CHECK(desk.identity.SignIn("rosa@example.org", kPassword));
}

TEST_CASE("the last admin who can sign in is not disabled", "[identity]") {
  Desk desk;
  desk.Add("ada", true);
  desk.Add("ben", true);
  REQUIRE(desk.identity.DisableUser("ben@example.org"));
  const Status refused = desk.identity.DisableUser("ada@example.org");
  CHECK(refused.error().code == ErrorCode::kConflict);
  CHECK(desk.identity.SignIn("ada@example.org", kPassword));
  REQUIRE(desk.identity.EnableUser("ben@example.org"));
  CHECK(desk.identity.DisableUser("ada@example.org"));
}

TEST_CASE("a password that the operator sets ends every session", "[identity]") {
  Desk desk;
  desk.Add("rosa");
  const auto session = desk.identity.SignIn("rosa@example.org", kPassword).value();
  REQUIRE(desk.identity.BySession(session.secret));
  CHECK(desk.identity.SetPassword("rosa@example.org", "short").error().fields[0].pointer ==
        "/password");
  REQUIRE(desk.identity.SetPassword("rosa@example.org", "another password"));
  CHECK_FALSE(desk.identity.BySession(session.secret));
  CHECK(desk.Events() == std::vector<std::string>{"SessionEnded"});
  CHECK(desk.LastRecord() == "operator user.password_changed");
  CHECK(desk.identity.SignIn("rosa@example.org", "another password"));
}

TEST_CASE("the operator lists a person's tokens and takes them back", "[identity]") {
  Desk desk;
  desk.Add("rosa");
  desk.Add("ben");
  const auto token = desk.identity.CreateToken("rosa@example.org", "backup", {"stories:read"});
  REQUIRE(token);
  const auto page = desk.identity.ListTokensOf("rosa@example.org", {}, 30).value();
  REQUIRE(page.items.size() == 1);
  CHECK(page.items[0].name == "backup");
  CHECK(page.items[0].scopes == std::vector<std::string>{"stories:read"});
  const Id id = page.items[0].id;
  CHECK(desk.identity.RevokeTokenOf("ben@example.org", id).error().code == ErrorCode::kNotFound);
  REQUIRE(desk.identity.RevokeTokenOf("rosa@example.org", id));
  CHECK_FALSE(desk.identity.ByToken(*token));
  CHECK(desk.LastRecord() == "operator token.revoked");
}

TEST_CASE("nobody by that e-mail is said so", "[identity]") {
  Desk desk;
  constexpr std::string_view kNobody = "nobody@example.org";
  CHECK(desk.identity.SetPassword(kNobody, kPassword).error().code == ErrorCode::kNotFound);
  CHECK(desk.identity.DisableUser(kNobody).error().code == ErrorCode::kNotFound);
  CHECK(desk.identity.EnableUser(kNobody).error().code == ErrorCode::kNotFound);
  CHECK(desk.identity.ListTokensOf(kNobody, {}, 30).error().code == ErrorCode::kNotFound);
  CHECK(desk.identity.RevokeTokenOf(kNobody, "id").error().code == ErrorCode::kNotFound);
}

}  // namespace heirloom
