#include "appliance/live/broadcaster.h"

#include <catch2/catch.hpp>

#include "tests/live/audience.h"

namespace heirloom {
namespace {

using testing::CallerOf;
using testing::HeardStream;
using testing::Household;
using testing::TypesIn;

// A house in which people listen. Nothing happens by itself: Follow passes on what there is.
struct LiveHouse : Household {
  // A tick is a millisecond here.
  Broadcaster broadcaster{*database, clock, {.heartbeat = std::chrono::milliseconds(15)}};
  std::uint64_t next = 1;

  std::int64_t Head() {
    return ReadOne(*database, [](Reader& r) { return r.Head(); }).value().sequence;
  }

  std::shared_ptr<HeardStream> Listen(const Caller& caller, const Id& only = "",
                                      std::int64_t seen = -1) {
    auto stream = std::make_shared<HeardStream>([] {});
    std::vector<std::unique_ptr<Subscriber>> joins;
    joins.push_back(std::make_unique<Subscriber>(Subscriber{
        next++, stream, caller.principal, caller.by_token ? caller.token_id : caller.session_id,
        caller.expires_at, only, seen < 0 ? Head() : seen}));
    const Status admitted = broadcaster.Admit(std::move(joins));
    REQUIRE(admitted);
    return stream;
  }
  std::shared_ptr<HeardStream> Listen(const Principal& who) { return Listen(CallerOf(*this, who)); }

  void Follow() { REQUIRE(broadcaster.Follow({})); }

  void End(std::string_view type, const Id& subject) {
    REQUIRE(database->Write([&](Transaction& tx) -> Status {
      tx.Append({std::string(kDefaultTenant), std::string(type), subject, "", 0});
      return {};
    }));
  }
};

}  // namespace

TEST_CASE("an event reaches who may see its story, once, with its position", "[live]") {
  LiveHouse house;
  const Principal ada = house.Person("ada");
  const Principal ben = house.Person("ben");
  const Principal eve = house.Person("eve");
  const Id legacy = house.LegacyOf(ada);
  house.Join(ada, legacy, "ben", Role::kViewer);
  const auto adas = house.Listen(ada);
  const auto bens = house.Listen(ben);
  const auto eves = house.Listen(eve);
  const Story story = house.Write(ada, legacy, "A story", "Text.");
  house.Write(ada, legacy, "A draft", "Text.", StoryStatus::kDraft);
  house.Follow();
  house.Follow();
  CHECK(TypesIn(adas->text()) == "StoryCreated StoryCreated");
  CHECK(TypesIn(bens->text()) == "StoryCreated");
  CHECK(eves->text().empty());
  CHECK(bens->text().find("\"id\":\"" + story.id + "\",\"legacy_id\":\"" + legacy +
                          "\",\"version\":1}") != std::string::npos);
  CHECK(bens->text().find("." + std::to_string(house.Head() - 1) + "\n") != std::string::npos);
  CHECK(house.broadcaster.sent() == 3);
}

TEST_CASE("who is taken out hears that and nothing after it", "[live]") {
  LiveHouse house;
  const Principal ada = house.Person("ada");
  const Principal ben = house.Person("ben");
  const Id legacy = house.LegacyOf(ada);
  house.Join(ada, legacy, "ben", Role::kViewer);
  const auto bens = house.Listen(ben);
  REQUIRE(house.legacies.RemoveMember(ada, legacy, ben.user_id));
  house.Write(ada, legacy, "Among us", "Text.");
  house.Follow();
  CHECK(TypesIn(bens->text()) == "MemberChanged");
}

TEST_CASE("what was written before somebody was taken out is not told them after", "[live]") {
  LiveHouse house;
  const Principal ada = house.Person("ada");
  const Principal ben = house.Person("ben");
  const Id legacy = house.LegacyOf(ada);
  house.Join(ada, legacy, "ben", Role::kViewer);
  const auto bens = house.Listen(ben);
  house.Write(ada, legacy, "Not passed on yet", "Text.");
  REQUIRE(house.legacies.RemoveMember(ada, legacy, ben.user_id));
  house.Follow();
  CHECK(TypesIn(bens->text()) == "MemberChanged");
}

TEST_CASE("changes of access count before a long backlog is passed on", "[live]") {
  LiveHouse house;
  const Principal ada = house.Person("ada");
  const Principal ben = house.Person("ben");
  const Id legacy = house.LegacyOf(ada);
  house.Join(ada, legacy, "ben", Role::kViewer);
  const auto bens = house.Listen(ben);
  const Story story = house.Write(ada, legacy, "Often changed", "Text.");
  // More than is read at once lies before the change.
  REQUIRE(house.database->Write([&](Transaction& tx) -> Status {
    for (int i = 0; i < 1'200; ++i) {
      tx.Append({ada.tenant_id, std::string(event_type::kStoryUpdated), story.id, legacy, 2});
    }
    return {};
  }));
  REQUIRE(house.legacies.RemoveMember(ada, legacy, ben.user_id));
  house.Follow();
  CHECK(TypesIn(bens->text()) == "MemberChanged");
}

TEST_CASE("another role counts from the next event on", "[live]") {
  LiveHouse house;
  const Principal ada = house.Person("ada");
  const Principal ben = house.Person("ben");
  const Id legacy = house.LegacyOf(ada);
  house.Join(ada, legacy, "ben", Role::kEditor);
  const auto bens = house.Listen(ben);
  house.Write(ada, legacy, "A draft", "Text.", StoryStatus::kDraft);
  house.Follow();
  REQUIRE(house.legacies.ChangeMember(ada, legacy, ben.user_id, Role::kViewer));
  house.Write(ada, legacy, "Another draft", "Text.", StoryStatus::kDraft);
  house.Follow();
  CHECK(TypesIn(bens->text()) == "StoryCreated MemberChanged");
}

TEST_CASE("who founds a legacy or is taken into one while listening hears of it", "[live]") {
  LiveHouse house;
  const Principal ada = house.Person("ada");
  const Principal ben = house.Person("ben");
  const auto adas = house.Listen(ada);
  const auto bens = house.Listen(ben);
  const Id legacy = house.LegacyOf(ada);
  house.Join(ada, legacy, "ben", Role::kViewer);
  house.Follow();
  house.Write(ada, legacy, "The first", "Text.");
  house.Follow();
  CHECK(TypesIn(adas->text()) == "LegacyCreated MemberChanged StoryCreated");
  CHECK(TypesIn(bens->text()) == "LegacyCreated MemberChanged StoryCreated");
}

TEST_CASE("members hear that a legacy went, and nothing of its stories after that", "[live]") {
  LiveHouse house;
  const Principal ada = house.Person("ada");
  const Principal ben = house.Person("ben");
  const Id legacy = house.LegacyOf(ada);
  house.Join(ada, legacy, "ben", Role::kViewer);
  house.Write(ada, legacy, "A story", "Text.");
  const auto bens = house.Listen(ben);
  REQUIRE(house.legacies.Delete(ada, legacy, std::nullopt));
  house.Follow();
  CHECK(TypesIn(bens->text()) == "LegacyDeleted");
}

TEST_CASE("a legacy made private falls silent for all but its owners", "[live]") {
  LiveHouse house;
  const Principal ada = house.Person("ada");
  const Principal ben = house.Person("ben");
  const Id legacy = house.LegacyOf(ada);
  house.Join(ada, legacy, "ben", Role::kEditor);
  const auto adas = house.Listen(ada);
  const auto bens = house.Listen(ben);
  LegacyInput input;
  input.visibility = Visibility::kPrivate;
  REQUIRE(house.legacies.Update(ada, legacy, std::nullopt, input));
  house.Write(ada, legacy, "Only mine", "Text.");
  house.Follow();
  CHECK(TypesIn(adas->text()) == "LegacyUpdated StoryCreated");
  CHECK(bens->text().empty());
}

TEST_CASE("a stream ends with its session or token before anything more is sent", "[live]") {
  LiveHouse house;
  const Principal ada = house.Person("ada");
  const Caller caller = CallerOf(house, ada);
  const Id legacy = house.LegacyOf(ada);
  const auto ended = house.Listen(caller);
  const auto other = house.Listen(ada);
  house.Write(ada, legacy, "Before", "Text.");
  house.End(GENERATE(event_type::kTokenEnded, event_type::kSessionEnded), caller.token_id);
  house.Follow();
  CHECK_FALSE(ended->open());
  CHECK(ended->text().empty());
  CHECK(TypesIn(other->text()) == "StoryCreated");
}

TEST_CASE("a stream whose token ended before it was taken in is closed", "[live]") {
  LiveHouse house;
  const Principal ada = house.Person("ada");
  Caller caller = CallerOf(house, ada);
  caller.token_id = house.ids.Next();
  CHECK_FALSE(house.Listen(caller)->open());
}

TEST_CASE("a stream ends when its session does by itself", "[live]") {
  LiveHouse house;
  const Principal ada = house.Person("ada");
  Caller caller = CallerOf(house, ada);
  caller.expires_at = house.clock.Now() + Time::FromSeconds(60);
  const auto stream = house.Listen(caller);
  house.broadcaster.Tick();
  CHECK(stream->open());
  house.clock.AdvanceSeconds(60);
  // Each call counts at most once per tick.
  while (stream->open()) house.broadcaster.Tick();
  CHECK_FALSE(house.broadcaster.listening());
}

TEST_CASE("a stream of one legacy tells of that one alone", "[live]") {
  LiveHouse house;
  const Principal ada = house.Person("ada");
  const Id one = house.LegacyOf(ada, "One");
  const Id two = house.LegacyOf(ada, "Two");
  const auto stream = house.Listen(CallerOf(house, ada), two);
  house.Write(ada, one, "A story", "Text.");
  const Story story = house.Write(ada, two, "Another", "Text.");
  house.Follow();
  CHECK(TypesIn(stream->text()) == "StoryCreated");
  CHECK(stream->text().find(story.id) != std::string::npos);
}

TEST_CASE("what happened while a stream was opening is made up for, without repeats", "[live]") {
  LiveHouse house;
  const Principal ada = house.Person("ada");
  const Id legacy = house.LegacyOf(ada);
  const auto first = house.Listen(ada);
  const std::int64_t seen = house.Head();
  house.Write(ada, legacy, "One", "Text.");
  house.Follow();
  house.Write(ada, legacy, "Two", "Text.");
  // Behind what was passed on, and ahead of it.
  const auto late = house.Listen(CallerOf(house, ada), "", seen);
  const auto early = house.Listen(CallerOf(house, ada), "", house.Head());
  house.Follow();
  CHECK(TypesIn(first->text()) == "StoryCreated StoryCreated");
  CHECK(TypesIn(late->text()) == "StoryCreated StoryCreated");
  CHECK(early->text().empty());
}

TEST_CASE("two tenants with the same ids meet nowhere", "[live]") {
  LiveHouse house;
  const Principal ada = house.Person("ada");
  const Id legacy = house.LegacyOf(ada);
  const Story story = house.Write(ada, legacy, "A story", "Text.");
  const auto adas = house.Listen(ada);
  REQUIRE(house.database->Write([&](Transaction& tx) -> Status {
    for (const std::string_view type :
         {event_type::kStoryUpdated, event_type::kLegacyUpdated, event_type::kMemberChanged}) {
      const bool of_story = type == event_type::kStoryUpdated;
      tx.Append({"other", std::string(type), of_story ? story.id : ada.user_id, legacy, 1});
    }
    return {};
  }));
  house.Follow();
  CHECK(adas->text().empty());
}

TEST_CASE("everybody gets a sign of life in each round, and only one", "[live]") {
  LiveHouse house;
  Broadcaster quick(*house.database, house.clock, {.heartbeat = std::chrono::milliseconds(15)});
  const Caller ada = CallerOf(house, house.Person("ada"));
  std::vector<std::shared_ptr<HeardStream>> streams;
  std::vector<std::unique_ptr<Subscriber>> joins;
  for (std::uint64_t i = 0; i < 40; ++i) {
    streams.push_back(std::make_shared<HeardStream>([] {}));
    joins.push_back(std::make_unique<Subscriber>(
        Subscriber{i, streams.back(), ada.principal, ada.token_id, {}, "", 0}));
  }
  const Status admitted = quick.Admit(std::move(joins));
  REQUIRE(admitted);
  const auto beats = [&](const HeardStream& stream) {
    const std::string text = stream.text();
    return std::count(text.begin(), text.end(), ':');
  };
  while (beats(*streams[0]) < 3) quick.Tick();
  for (const auto& stream : streams) {
    CHECK(beats(*stream) >= 2);
    CHECK(beats(*stream) <= 3);
  }
}

}  // namespace heirloom
