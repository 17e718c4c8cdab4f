// What people do about themselves: sessions, tokens, password.

#include <catch2/catch.hpp>
#include <set>

#include "appliance/audit/audit_trail.h"
#include "appliance/domain/policy.h"
#include "tests/support/household.h"

namespace heirloom {
namespace {

using testing::Household;

constexpr std::string_view kPassword = "a long password";

struct Home {
  Household house;
  Principal rosa = house.Person("rosa");
  NewSession here = SignIn("rosa");

  NewSession SignIn(const std::string& name, const Visit& visit = {}) {
    const auto session = house.identity.SignIn(name + "@example.org", kPassword, visit);
    if (!session) Panic(session.error().message);
    return *session;
  }
  Caller Who(const NewSession& session) { return house.identity.BySession(session.secret).value(); }
  bool Good(const NewSession& session) {
    return house.identity.BySession(session.secret).has_value();
  }

  // Subjects of the events of this type, in order.
  std::vector<Id> Ended(std::string_view type) {
    std::vector<Id> subjects;
    const auto events = house.database->EventsAfter(0, 1000);
    if (!events) Panic(events.error().message);
    for (const StoredEvent& stored : *events) {
      if (stored.event.type == type) subjects.push_back(stored.event.subject);
    }
    return subjects;
  }

  // "actor action", newest first.
  std::vector<std::string> Record() {
    const auto entries = ReadOne(*house.database, [](Reader& reader) {
      return audit::Read(reader, kDefaultTenant, std::nullopt, 0, 100);
    });
    std::vector<std::string> lines;
    for (const audit::Entry& entry : entries.value()) {
      lines.push_back(entry.actor_name + " " + entry.action);
    }
    return lines;
  }
};

}  // namespace

TEST_CASE("people see where they are signed in, and nobody else's", "[identity]") {
  Home home;
  (void)home.house.Person("ben");
  (void)home.SignIn("ben");
  home.house.clock.AdvanceSeconds(60);
  const NewSession phone = home.SignIn("rosa", {"203.0.113.7", "A telephone", ""});
  const auto page = home.house.identity.ListSessions(home.Who(home.here), {}, 30).value();
  REQUIRE(page.items.size() == 2);
  CHECK(page.next.empty());
  CHECK(page.items[0].user_agent == "A telephone");
  CHECK_FALSE(page.items[0].current);
  CHECK(page.items[0].id == home.Who(phone).session_id);
  CHECK(page.items[1].current);
}

TEST_CASE("long lists of sessions and tokens come in pages without gaps", "[identity]") {
  Home home;
  for (int i = 0; i < 4; ++i) (void)home.SignIn("rosa");
  const Caller who = home.Who(home.here);
  for (int i = 0; i < 5; ++i) {
    REQUIRE(home.house.identity.CreateToken(who, "token " + std::to_string(i), {}, std::nullopt));
  }
  std::set<Id> sessions;
  std::vector<std::string> after;
  do {
    const auto page = home.house.identity.ListSessions(who, after, 2).value();
    for (const SessionInfo& session : page.items) CHECK(sessions.insert(session.id).second);
    after = page.next;
  } while (!after.empty());
  CHECK(sessions.size() == 5);
  std::vector<std::string> tokens;
  do {
    const auto page = home.house.identity.ListTokens(who, after, 2).value();
    for (const TokenInfo& token : page.items) tokens.push_back(token.name);
    after = page.next;
  } while (!after.empty());
  CHECK(tokens == std::vector<std::string>{"token 4", "token 3", "token 2", "token 1", "token 0"});
}

TEST_CASE("a session that is ended is over at once, with an event and an entry", "[identity]") {
  Home home;
  const NewSession phone = home.SignIn("rosa");
  const Id id = home.Who(phone).session_id;  // Remembered from here on.
  REQUIRE(home.house.identity.EndSession(home.Who(home.here), id));
  CHECK_FALSE(home.Good(phone));
  CHECK(home.Good(home.here));
  CHECK(home.Ended(event_type::kSessionEnded) == std::vector<Id>{id});
  CHECK(home.Record().front() == "rosa session.revoked");
  CHECK(home.house.identity.EndSession(home.Who(home.here), id).error().code ==
        ErrorCode::kNotFound);
}

TEST_CASE("nobody ends or takes back what is another's", "[identity]") {
  Home home;
  (void)home.house.Person("ben");
  const Caller ben = home.Who(home.SignIn("ben"));
  const Caller rosa = home.Who(home.here);
  const auto token = home.house.identity.CreateToken(rosa, "t", {}, std::nullopt).value();
  const Status session = home.house.identity.EndSession(ben, rosa.session_id);
  CHECK(session.error().code == ErrorCode::kNotFound);
  CHECK(home.house.identity.RevokeToken(ben, token.info.id).error().code == ErrorCode::kNotFound);
  CHECK(home.Good(home.here));
  CHECK(home.house.identity.ByToken(token.secret));
}

TEST_CASE("signing out everywhere else leaves this session alone", "[identity]") {
  Home home;
  const NewSession phone = home.SignIn("rosa");
  const NewSession library = home.SignIn("rosa");
  REQUIRE(home.house.identity.EndOtherSessions(home.Who(home.here)));
  CHECK(home.Good(home.here));
  CHECK_FALSE(home.Good(phone));
  CHECK_FALSE(home.Good(library));
  CHECK(home.Ended(event_type::kSessionEnded).size() == 2);
  CHECK(home.Record().front() == "rosa session.revoked");
}

TEST_CASE("a sign-in ends the session that the browser still shows", "[identity]") {
  Home home;
  const Id former = home.Who(home.here).session_id;
  const NewSession again = home.SignIn("rosa", {"", "", home.here.secret});
  CHECK(home.Good(again));
  CHECK_FALSE(home.Good(home.here));
  CHECK(home.Ended(event_type::kSessionEnded) == std::vector<Id>{former});
}

TEST_CASE("a session that is over by itself is told of when it is swept", "[identity]") {
  Home home;
  const Id id = home.Who(home.here).session_id;
  home.house.clock.AdvanceSeconds(15 * 24 * 3600);
  REQUIRE(home.house.identity.Housekeep());
  CHECK(home.Ended(event_type::kSessionEnded) == std::vector<Id>{id});
}

TEST_CASE("a token is made once by one key, and its secret is not told again", "[identity]") {
  Home home;
  const Caller who = home.Who(home.here);
  RequestKey key{"POST /api/v1/tokens", "key", "digest"};
  const auto made = home.house.identity.CreateToken(who, "backup", {"stories:read"}, key);
  REQUIRE(made);
  CHECK(home.house.identity.ByToken(made->secret)->token_id == made->info.id);
  const auto again = home.house.identity.CreateToken(who, "backup", {"stories:read"}, key);
  CHECK(again.error().code == ErrorCode::kConflict);
  key.digest = "another digest";
  CHECK(home.house.identity.CreateToken(who, "x", {}, key).error().code ==
        ErrorCode::kInvalidArgument);
  CHECK(home.house.identity.ListTokens(who, {}, 30)->items.size() == 1);
  CHECK(home.Record().front() == "rosa token.created");
}

TEST_CASE("every scope that is none is named, and so is a name that is none", "[identity]") {
  Home home;
  const auto made = home.house.identity.CreateToken(
      home.Who(home.here), " ", {"stories:read", "stories:fly", "sing"}, std::nullopt);
  REQUIRE(made.error().fields.size() == 3);
  CHECK(made.error().fields[0].pointer == "/name");
  CHECK(made.error().fields[1].pointer == "/scopes/1");
  CHECK(made.error().fields[2].pointer == "/scopes/2");
}

TEST_CASE("a token that is taken back is good no more at once", "[identity]") {
  Home home;
  const Caller who = home.Who(home.here);
  const auto token = home.house.identity.CreateToken(who, "t", {}, std::nullopt).value();
  REQUIRE(home.house.identity.ByToken(token.secret));
  REQUIRE(home.house.identity.RevokeToken(who, token.info.id));
  CHECK_FALSE(home.house.identity.ByToken(token.secret));
  CHECK(home.Ended(event_type::kTokenEnded) == std::vector<Id>{token.info.id});
  CHECK(home.Record().front() == "rosa token.revoked");
  CHECK(home.house.identity.RevokeToken(who, token.info.id).error().code == ErrorCode::kNotFound);
}

TEST_CASE("when a token was last used is known to the minute", "[identity]") {
  Home home;
  const Caller who = home.Who(home.here);
  const auto token = home.house.identity.CreateToken(who, "t", {}, std::nullopt).value();
  const auto used = [&] {
    return home.house.identity.ListTokens(who, {}, 30)->items.front().last_used_at;
  };
  REQUIRE(home.house.identity.Housekeep());
  CHECK_FALSE(used());
  const Time first = home.house.clock.Now();
  REQUIRE(home.house.identity.ByToken(token.secret));
  home.house.clock.AdvanceSeconds(30);
  REQUIRE(home.house.identity.Housekeep());
  CHECK(used() == first);
}

TEST_CASE("a token manages neither sessions nor tokens nor the password", "[identity]") {
  Home home;
  const Caller rosa = home.Who(home.here);
  const auto token = home.house.identity.CreateToken(rosa, "t", {}, std::nullopt).value();
  const Caller who = home.house.identity.ByToken(token.secret).value();
  auto& identity = home.house.identity;
  CHECK(identity.ListSessions(who, {}, 30).error().code == ErrorCode::kForbidden);
  CHECK(identity.EndSession(who, rosa.session_id).error().code == ErrorCode::kForbidden);
  CHECK(identity.EndOtherSessions(who).error().code == ErrorCode::kForbidden);
  CHECK(identity.ListTokens(who, {}, 30).error().code == ErrorCode::kForbidden);
  CHECK(identity.CreateToken(who, "stronger", {}, std::nullopt).error().code ==
        ErrorCode::kForbidden);
  CHECK(identity.RevokeToken(who, token.info.id).error().code == ErrorCode::kForbidden);
  CHECK(identity.ChangePassword(who, kPassword, "another password").error().code ==
        ErrorCode::kForbidden);
}

TEST_CASE("a new password ends the other sessions and gives this one another secret",
          "[identity]") {
  Home home;
  const NewSession phone = home.SignIn("rosa");
  const Caller before = home.Who(home.here);
  const auto secret =
      home.house.identity.ChangePassword(before, kPassword, "another password").value();
  CHECK_FALSE(home.Good(phone));
  CHECK_FALSE(home.Good(home.here));
  const auto after = home.house.identity.BySession(secret);
  REQUIRE(after);
  CHECK(after->session_id == before.session_id);
  CHECK(after->csrf_token == before.csrf_token);
  CHECK_FALSE(home.house.identity.SignIn("rosa@example.org", kPassword));
  CHECK(home.house.identity.SignIn("rosa@example.org", "another password"));
  CHECK(home.Ended(event_type::kSessionEnded).size() == 1);
  CHECK(home.Record().front() == "rosa user.password_changed");
}

TEST_CASE("a password is changed by who knows the old one, and to one that will do", "[identity]") {
  Home home;
  const Caller who = home.Who(home.here);
  const auto wrong =
      home.house.identity.ChangePassword(who, "a wrong password", "another password");
  REQUIRE(wrong.error().fields.size() == 1);
  CHECK(wrong.error().fields[0].pointer == "/current");
  const auto weak = home.house.identity.ChangePassword(who, kPassword, "short");
  REQUIRE(weak.error().fields.size() == 1);
  CHECK(weak.error().fields[0].pointer == "/new");
  CHECK(home.Good(home.here));
  int tries = 1;
  while (home.house.identity.ChangePassword(who, "a wrong password", "another password")
             .error()
             .code == ErrorCode::kInvalidArgument) {
    ++tries;
  }
  CHECK(tries == 10);
  CHECK(home.house.identity.ChangePassword(who, kPassword, "another password").error().code ==
        ErrorCode::kLimitExceeded);
}

TEST_CASE("wrong passwords are slowed down alike for known and unknown people", "[identity]") {
  Home home;
  const auto count = [&](const std::string& email) {
    int tries = 0;
    for (;;) {
      const auto refused = home.house.identity.SignIn(email, "a wrong password", {email, "", ""});
      if (refused.error().code == ErrorCode::kLimitExceeded)
        return std::pair(tries, refused.error());
      ++tries;
    }
  };
  const auto [known, of_known] = count("rosa@example.org");
  const auto [unknown, of_unknown] = count("nobody@example.org");
  CHECK(known == 10);
  CHECK(unknown == known);
  CHECK(of_known.message == of_unknown.message);
  CHECK(of_known.retry_after_seconds == of_unknown.retry_after_seconds);
  // However the e-mail is spelt; and even the right password has to wait there, but not elsewhere.
  const Visit guessed{"rosa@example.org", "", ""};
  CHECK(home.house.identity.SignIn(" ROSA@example.org", kPassword, guessed).error().code ==
        ErrorCode::kLimitExceeded);
  CHECK(home.house.identity.SignIn("rosa@example.org", kPassword, {"203.0.113.7", "", ""}));
  CHECK(home.Good(home.here));
}

}  // namespace heirloom
