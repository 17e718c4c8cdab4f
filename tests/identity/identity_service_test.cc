#include "appliance/identity/identity_service.h"

#include <catch2/catch.hpp>
#include <thread>

#include "tests/support/household.h"

namespace heirloom {
namespace {

using testing::Household;

const NewAccount kRosa{"Rosa", "rosa@example.org", "a long password", false};

}  // namespace

TEST_CASE("the first-run link makes one admin and is then used up", "[identity]") {
  Household house;
  REQUIRE(house.identity.NeedsSetup().value());
  const std::string token = house.identity.NewSetupToken().value();
  const std::string other = house.identity.NewSetupToken().value();

  const auto session = house.identity.CompleteSetup(token, kRosa);
  REQUIRE(session);
  CHECK(session->account.is_admin);
  CHECK(house.identity.BySession(session->secret)->account.email == "rosa@example.org");
  CHECK_FALSE(house.identity.NeedsSetup().value());
  CHECK_FALSE(house.identity.CompleteSetup(token, kRosa));
  CHECK_FALSE(house.identity.CompleteSetup(other, {"Eve", "eve@example.org", "a long password"}));
  CHECK(house.identity.NewSetupToken().error().code == ErrorCode::kConflict);
}

TEST_CASE("people without an admin still have a first-run link", "[identity]") {
  Household house;
  REQUIRE(house.identity.AddUser({"Ada", "ada@example.org", "a long password", false}));
  const auto token = house.identity.NewSetupToken();
  REQUIRE(token);
  CHECK(house.identity.CompleteSetup(*token, {"Eve", "ada@example.org", "a long password"})
            .error()
            .code == ErrorCode::kConflict);
  CHECK(house.identity.CompleteSetup(*token, kRosa)->account.is_admin);
  CHECK(house.identity.NewSetupToken().error().code == ErrorCode::kConflict);
}

TEST_CASE("a first-run link that is wrong or a day old opens nothing", "[identity]") {
  Household house;
  const std::string token = house.identity.NewSetupToken().value();
  CHECK(house.identity.CompleteSetup("guess", kRosa).error().code == ErrorCode::kForbidden);
  house.clock.AdvanceSeconds(24 * 3600);
  CHECK(house.identity.CompleteSetup(token, kRosa).error().code == ErrorCode::kForbidden);
  CHECK(house.identity.NeedsSetup().value());
}

TEST_CASE("every wrong field of a new account is named at once", "[identity]") {
  Household house;
  const auto added = house.identity.AddUser({" ", "nobody", "short"});
  REQUIRE_FALSE(added);
  REQUIRE(added.error().fields.size() == 3);
  CHECK(added.error().fields[0].pointer == "/name");
  CHECK(added.error().fields[1].pointer == "/email");
  CHECK(added.error().fields[2].pointer == "/password");
}

TEST_CASE("an e-mail belongs to one account, however it is spelt", "[identity]") {
  Household house;
  REQUIRE(house.identity.AddUser(kRosa));
  const auto again = house.identity.AddUser({"R", " ROSA@Example.ORG ", "a long password"});
  CHECK(again.error().code == ErrorCode::kConflict);
  CHECK(house.identity.SignIn("Rosa@EXAMPLE.org", "a long password"));
}

TEST_CASE("a wrong password and an unknown e-mail are answered alike", "[identity]") {
  Household house;
  REQUIRE(house.identity.AddUser(kRosa));
  const auto wrong = house.identity.SignIn("rosa@example.org", "another password");
  const auto unknown = house.identity.SignIn("eve@example.org", "another password");
  REQUIRE_FALSE(wrong);
  REQUIRE_FALSE(unknown);
  CHECK(wrong.error().code == ErrorCode::kUnauthenticated);
  CHECK(wrong.error().code == unknown.error().code);
  CHECK(wrong.error().message == unknown.error().message);
}

TEST_CASE("signing out ends the session at once and tells of it", "[identity]") {
  Household house;
  REQUIRE(house.identity.AddUser(kRosa));
  const auto session = house.identity.SignIn("rosa@example.org", "a long password").value();
  const auto other = house.identity.SignIn("rosa@example.org", "a long password").value();
  REQUIRE(house.identity.BySession(session.secret));
  REQUIRE(house.identity.SignOut(session.secret));
  CHECK(house.identity.BySession(session.secret).error().code == ErrorCode::kUnauthenticated);
  CHECK(house.identity.BySession(other.secret));
  const auto events = house.database->EventsAfter(0, 100).value();
  REQUIRE(events.size() == 1);
  CHECK(events[0].event.type == event_type::kSessionEnded);
}

TEST_CASE("a session ends after thirty days, or fourteen without use", "[identity]") {
  Household house;
  REQUIRE(house.identity.AddUser(kRosa));
  const std::string idle = house.identity.SignIn("rosa@example.org", "a long password")->secret;
  const std::string used = house.identity.SignIn("rosa@example.org", "a long password")->secret;
  for (int day = 0; day < 29; ++day) {
    house.clock.AdvanceSeconds(24 * 3600);
    REQUIRE(house.identity.BySession(used));
    REQUIRE(house.identity.Housekeep());
    if (day == 12) CHECK(house.identity.BySession(idle));
    // Asking counted as use: from here on nobody asks for `idle` until it is too late.
  }
  CHECK_FALSE(house.identity.BySession(idle));
  house.clock.AdvanceSeconds(24 * 3600);
  CHECK_FALSE(house.identity.BySession(used));
}

TEST_CASE("a token stands for its owner, within its scopes", "[identity]") {
  Household house;
  REQUIRE(house.identity.AddUser(kRosa));
  const auto all = house.identity.CreateToken("rosa@example.org", "backup", {}).value();
  const auto some =
      house.identity.CreateToken("rosa@example.org", "reader", {"stories:read"}).value();
  CHECK(house.identity.ByToken(all)->principal.name == "Rosa");
  CHECK_FALSE(house.identity.ByToken(all)->principal.scopes);
  CHECK(*house.identity.ByToken(some)->principal.scopes == std::set<std::string>{"stories:read"});
  CHECK(house.identity.ByToken(all + "x").error().code == ErrorCode::kUnauthenticated);
  CHECK(house.identity.ByToken("").error().code == ErrorCode::kUnauthenticated);

  const auto unknown = house.identity.CreateToken("rosa@example.org", "x", {"stories:fly"});
  CHECK(unknown.error().code == ErrorCode::kInvalidArgument);
  CHECK(house.identity.CreateToken("eve@example.org", "x", {}).error().code ==
        ErrorCode::kNotFound);
}

TEST_CASE("no secret is kept as it is", "[identity]") {
  Household house;
  REQUIRE(house.identity.AddUser(kRosa));
  const auto session = house.identity.SignIn("rosa@example.org", "a long password").value();
  const auto token = house.identity.CreateToken("rosa@example.org", "t", {}).value();
  std::string everything;
  for (const auto* table : {"sessions", "api_tokens", "credentials", "setup_links"}) {
    const std::string sql = std::string("SELECT * FROM ") + table;
    REQUIRE(house.database->Read([&](Reader& reader) {
      return reader.Query(sql, {}, [&](const Row& row) {
        for (int column = 0; column < 4; ++column) everything += row.String(column) + "\n";
        return true;
      });
    }));
  }
  CHECK(everything.find(session.secret) == everything.npos);
  CHECK(everything.find(token) == everything.npos);
  CHECK(everything.find("a long password") == everything.npos);
  CHECK(everything.find("$argon2id$") != everything.npos);
}

TEST_CASE("sign-ins beyond the queue are turned away, not piled up", "[identity]") {
  PasswordHasher hasher({.threads = 1, .max_queue = 2, .passes = 1, .memory_bytes = 32u << 20});
  const std::string hash = hasher.Hash("a long password").value();
  std::atomic<int> done{0};
  std::atomic<int> turned_away{0};
  {
    std::vector<std::jthread> people;
    for (int i = 0; i < 16; ++i) {
      people.emplace_back([&] {
        const auto verified = hasher.Verify(hash, "a long password");
        if (verified) {
          CHECK(*verified);
          ++done;
        } else if (verified.error().code == ErrorCode::kUnavailable) {
          ++turned_away;
        }
      });
    }
  }
  CHECK(done + turned_away == 16);
  CHECK(done >= 1);
  CHECK(turned_away >= 1);
}

}  // namespace heirloom
