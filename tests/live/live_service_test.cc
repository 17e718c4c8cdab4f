#include "appliance/live/live_service.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "tests/live/audience.h"

namespace heirloom {
namespace {

using testing::CallerOf;
using testing::HeardStream;
using testing::Household;
using testing::TypesIn;

constexpr LiveLimits kLimits{.per_person = 3, .total = 5, .replay = 20};

struct Listener {
  std::shared_ptr<HeardStream> stream;
  std::string beginning;

  std::string All() const { return beginning + stream->text(); }
  bool Hears(std::string_view text) const {
    for (int i = 0; i < 15'000; ++i) {  // Half a minute: other work may have the machine.
      if (All().find(text) != std::string::npos) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return false;
  }
};

struct LiveHouse : Household {
  LiveService live{*database, clock, kLimits, [](std::function<void()> on_close) {
                     return std::make_shared<HeardStream>(std::move(on_close));
                   }};

  Position Head() {
    return ReadOne(*database, [](Reader& r) { return r.Head(); }).value();
  }

  Result<Listener> TryListen(const Caller& caller, const std::optional<Position>& seen = {},
                             const Id& only = "") {
    auto opened = live.Open(caller, seen, only);
    if (!opened) return ErrorOf(opened);
    return Listener{std::static_pointer_cast<HeardStream>(opened->stream), opened->beginning};
  }
  Listener Listen(const Caller& caller, const std::optional<Position>& seen = {}) {
    return TryListen(caller, seen).value();
  }
};

}  // namespace

TEST_CASE("a stream begins with where it stands, so that it can be taken up again", "[live]") {
  LiveHouse house;
  const Principal ada = house.Person("ada");
  const Caller caller = CallerOf(house, ada);
  const Id legacy = house.LegacyOf(ada);
  const Listener fresh = house.Listen(caller);
  CHECK(fresh.beginning.substr(0, 7) == "retry: ");
  CHECK(fresh.beginning.find("\n\nid: " + ToString(house.Head()) + "\n\n") != std::string::npos);
  CHECK(TypesIn(fresh.beginning).empty());

  const Position seen = house.Head();
  house.Write(ada, legacy, "One", "Text.");
  house.Write(ada, legacy, "Two", "Text.");
  CHECK(TypesIn(house.Listen(caller, seen).beginning) == "StoryCreated StoryCreated");
  CHECK(TypesIn(house.Listen(caller, house.Head()).beginning).empty());
}

TEST_CASE("what was missed is told by today's policy", "[live]") {
  LiveHouse house;
  const Principal ada = house.Person("ada");
  const Principal ben = house.Person("ben");
  const Id legacy = house.LegacyOf(ada);
  house.Join(ada, legacy, "ben", Role::kViewer);
  const Position seen = house.Head();
  house.Write(ada, legacy, "A draft", "Text.", StoryStatus::kDraft);
  house.Write(ada, legacy, "A story", "Text.");
  CHECK(TypesIn(house.Listen(CallerOf(house, ben), seen).beginning) == "StoryCreated");
  REQUIRE(house.legacies.RemoveMember(ada, legacy, ben.user_id));
  CHECK(TypesIn(house.Listen(CallerOf(house, ben), seen).beginning) == "MemberChanged");
}

TEST_CASE("a position that cannot be gone on from gives a reset", "[live]") {
  LiveHouse house;
  const Principal ada = house.Person("ada");
  const Caller caller = CallerOf(house, ada);
  const Id legacy = house.LegacyOf(ada);
  const Story story = house.Write(ada, legacy, "A story", "Text.");
  Position seen = house.Head();
  SECTION("of another history") { seen.epoch = "another"; }
  SECTION("ahead of all there is") { seen.sequence += 1; }
  SECTION("too far behind") {
    REQUIRE(house.database->Write([&](Transaction& tx) -> Status {
      for (std::int64_t i = 0; i <= kLimits.replay; ++i) {
        tx.Append({ada.tenant_id, std::string(event_type::kStoryUpdated), story.id, legacy, 2});
      }
      return {};
    }));
  }
  SECTION("older than what is kept") {
    seen.sequence = 0;
    REQUIRE(house.database->Write([](Transaction& tx) -> Status {
      const auto swept = tx.Execute("DELETE FROM outbox WHERE sequence = $1", {SqlValue(1)});
      if (!swept) return ErrorOf(swept);
      return {};
    }));
  }
  SECTION("when nothing is kept") {
    seen.sequence = 0;
    REQUIRE(house.database->Write([](Transaction& tx) -> Status {
      const auto swept = tx.Execute("DELETE FROM outbox", {});
      if (!swept) return ErrorOf(swept);
      return {};
    }));
  }
  const Listener listener = house.Listen(caller, seen);
  CHECK(TypesIn(listener.beginning) == "reset");
  CHECK(listener.beginning.find("id: " + ToString(house.Head()) + "\nevent: reset\n") !=
        std::string::npos);
}

TEST_CASE("a stream of a legacy is refused to who may not see it", "[live]") {
  LiveHouse house;
  const Principal ada = house.Person("ada");
  const Principal eve = house.Person("eve");
  const Id legacy = house.LegacyOf(ada);
  CHECK(house.TryListen(CallerOf(house, ada), {}, legacy));
  CHECK(house.TryListen(CallerOf(house, eve), {}, legacy).error().code == ErrorCode::kNotFound);
  REQUIRE(house.legacies.Delete(ada, legacy, std::nullopt));
  CHECK(house.TryListen(CallerOf(house, ada), {}, legacy).error().code == ErrorCode::kNotFound);
}

TEST_CASE("a token that may read nothing gets no stream", "[live]") {
  LiveHouse house;
  const Principal ada = house.Person("ada");
  const auto refused = house.TryListen(CallerOf(house, ada, {"members:write"}));
  CHECK(refused.error().code == ErrorCode::kForbidden);
}

TEST_CASE("a session that has just ended gets no stream, whatever a cache says", "[live]") {
  LiveHouse house;
  const Principal ada = house.Person("ada");
  Caller caller = CallerOf(house, ada);
  caller.token_id = house.ids.Next();
  CHECK(house.TryListen(caller).error().code == ErrorCode::kUnauthenticated);
  CHECK(house.live.Stats().subscribers == 0);
}

TEST_CASE("streams are bounded per person and in all, a closed one frees its place", "[live]") {
  LiveHouse house;
  const Caller ada = CallerOf(house, house.Person("ada"));
  const Caller ben = CallerOf(house, house.Person("ben"));
  const Listener first = house.Listen(ada);
  const Listener second = house.Listen(ada);
  const Listener third = house.Listen(ada);
  const auto refused = house.TryListen(ada);
  CHECK(refused.error().code == ErrorCode::kUnavailable);
  CHECK(refused.error().retry_after_seconds > 0);
  const Listener fourth = house.Listen(ben);
  const Listener fifth = house.Listen(ben);
  CHECK(house.TryListen(ben).error().code == ErrorCode::kUnavailable);
  CHECK(house.live.Stats().subscribers == 5);
  first.stream->Close();
  CHECK(house.live.Stats().subscribers == 4);
  CHECK(house.TryListen(ada));
}

TEST_CASE("each event comes once and in order, however streams come and go", "[live]") {
  LiveHouse house;
  const Principal ada = house.Person("ada");
  const Caller caller = CallerOf(house, ada);
  const Id legacy = house.LegacyOf(ada);
  const Story story = house.Write(ada, legacy, "A story", "Text.");
  house.live.Start();
  const std::int64_t from = house.Head().sequence;
  std::atomic<bool> done = false;
  std::jthread writer([&] {
    for (int i = 0; i < 400; ++i) {
      const auto written = house.database->Write([&](Transaction& tx) -> Status {
        tx.Append({ada.tenant_id, std::string(event_type::kStoryUpdated), story.id, legacy, i});
        return {};
      });
      if (!written) Panic(written.error().message);
    }
    done = true;
  });
  // Takes the stream up again and again from the last id it saw.
  std::vector<std::int64_t> heard;
  Position seen{house.Head().epoch, from};
  bool last = false;
  while (!last) {
    last = done;
    const auto listener = house.TryListen(caller, seen);
    REQUIRE(listener);
    if (last) listener->Hears("\nid: " + ToString(house.Head()) + "\n");
    listener->stream->Close();
    const std::string text = listener->All();
    for (std::size_t at = text.find("id: "); at != std::string::npos;
         at = text.find("id: ", at + 1)) {
      const std::string id = text.substr(at + 4, text.find('\n', at) - at - 4);
      const Position position = ParsePosition(id).value();
      const bool event = text.compare(at + 4 + id.size(), 8, "\nevent: ") == 0;
      const bool reset = event && TypesIn(text.substr(at, 200)).rfind("reset", 0) == 0;
      // Who is that far behind on a busy machine begins anew: what came before it may have a gap.
      if (reset) heard.clear();
      if (event && !reset) heard.push_back(position.sequence);
      seen = position;
    }
  }
  writer.join();
  for (std::size_t i = 1; i < heard.size(); ++i) CHECK(heard[i] == heard[i - 1] + 1);
  CHECK(seen.sequence == house.Head().sequence);
}

TEST_CASE("stopping closes all streams", "[live]") {
  LiveHouse house;
  const Principal ada = house.Person("ada");
  const Id legacy = house.LegacyOf(ada);
  house.live.Start();
  const Listener listener = house.Listen(CallerOf(house, ada));
  house.Write(ada, legacy, "A story", "Text.");
  CHECK(listener.Hears("event: StoryCreated"));
  house.live.Stop();
  CHECK_FALSE(listener.stream->open());
}

}  // namespace heirloom
