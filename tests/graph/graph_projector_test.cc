#include "appliance/graph/graph_projector.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "tests/graph/graph_house.h"

namespace heirloom {
namespace {

using testing::GraphHouse;
using testing::Household;
using Texts = std::set<std::string>;

// Calls `at_first` at the first word of progress; can be called off.
class Watching final : public Progress {
 public:
  explicit Watching(std::function<void()> at_first = [] {}) : at_first_(std::move(at_first)) {}
  void Show(std::string_view, std::int64_t, std::int64_t) override {
    if (shown_++ == 0) at_first_();
  }
  bool Cancelled() const override { return cancelled_; }
  void Cancel() { cancelled_ = true; }

 private:
  std::function<void()> at_first_;
  int shown_ = 0;
  std::atomic<bool> cancelled_ = false;
};

}  // namespace

TEST_CASE("the graph shows legacies, who is a member as what, and stories", "[graph]") {
  GraphHouse house;
  const Principal ben = house.Person("ben");
  house.Join(house.ada, house.legacy, "ben", Role::kEditor);
  const Story story = house.Write(house.ada, house.legacy, "The mill", "We walked.");
  CHECK(house.Around(house.legacy, house.legacy) ==
        Texts{house.ada.user_id + " member_of " + house.legacy + " owner",
              ben.user_id + " member_of " + house.legacy + " editor",
              story.id + " belongs_to " + house.legacy});
  CHECK(house.Node(house.legacy, house.legacy) ==
        GraphNode{house.legacy, "Legacy", {{"visibility", std::string("members")}}});
  CHECK(house.Node(house.legacy, story.id) ==
        GraphNode{story.id, "Story", {{"status", std::string("published")}}});
  CHECK(house.Node(house.legacy, ben.user_id)->type == "User");
}

TEST_CASE("what changes, goes and comes back does so in the graph", "[graph]") {
  GraphHouse house;
  const Principal ben = house.Person("ben");
  house.Join(house.ada, house.legacy, "ben", Role::kViewer);
  const Story story = house.Write(house.ada, house.legacy, "The mill", "We walked.");
  const std::string owner = house.ada.user_id + " member_of " + house.legacy + " owner";
  const std::string viewer = ben.user_id + " member_of " + house.legacy + " viewer";
  const std::string belongs = story.id + " belongs_to " + house.legacy;
  SECTION("a story that is deleted") {
    REQUIRE(house.stories.Delete(house.ada, story.id, 1));
    CHECK(house.Around(house.legacy, house.legacy) == Texts{owner, viewer});
    CHECK_FALSE(house.Node(house.legacy, story.id));
  }
  SECTION("a story whose status changes") {
    StoryInput input = Household::Input("The mill", "We walked.");
    input.status = StoryStatus::kArchived;
    REQUIRE(house.stories.Update(house.ada, story.id, 1, input));
    CHECK(house.Node(house.legacy, story.id)->properties ==
          GraphProperties{{"status", std::string("archived")}});
  }
  SECTION("a member who leaves") {
    REQUIRE(house.legacies.RemoveMember(house.ada, house.legacy, ben.user_id));
    CHECK(house.Around(house.legacy, house.legacy) == Texts{owner, belongs});
    CHECK_FALSE(house.Node(house.legacy, ben.user_id));
  }
  SECTION("a legacy that is deleted and comes back") {
    REQUIRE(house.legacies.Delete(house.ada, house.legacy, 1));
    CHECK(house.Items() == 0);
    REQUIRE(house.legacy_bin.TakeBack(house.ada, house.legacy));
    CHECK(house.Around(house.legacy, house.legacy) == Texts{owner, viewer, belongs});
    CHECK(house.Node(house.legacy, story.id));
  }
}

TEST_CASE("a graph goes on where it was, and one that is of no use is built before it is asked",
          "[graph]") {
  GraphHouse house;
  for (int i = 0; i < 30; ++i) house.Write(house.ada, house.legacy, "A", "b");
  house.CatchUp();
  const std::size_t items = house.Items();
  REQUIRE(items == 2 + 1 + 60);
  SECTION("after a stop") {
    house.projector->Stop();
    house.Write(house.ada, house.legacy, "Meanwhile", "b");
    house.StartAgain();
    CHECK(house.Items() == items + 2);
    return;
  }
  SECTION("removed") {
    house.projector.reset();
    std::filesystem::remove_all(house.folder / "graph");
  }
  Position position{"another", 1};
  bool foreign = false;
  SECTION("of another epoch") { foreign = true; }
  SECTION("ahead of the truth") {
    foreign = true;
    position = house.Head();
    position.sequence += 100;
  }
  if (foreign) {
    house.projector.reset();
    const auto store = OpenRocksDbGraphStore({.directory = house.folder / "graph"}).value();
    auto ghost = store->StartGeneration().value();
    REQUIRE(ghost->Apply(
        {PutNode{{std::string(kDefaultTenant), house.legacy}, {"ghost", "Story", {}}, 1'000'000}}));
    REQUIRE(store->Adopt(std::move(ghost), position));
  }
  if (!house.projector) house.projector = house.Projector();
  CHECK(house.projector->State().foreign);
  house.projector->Start();
  CHECK(house.Items() == items);
  CHECK_FALSE(house.Node(house.legacy, "ghost"));
  CHECK_FALSE(house.projector->State().foreign);
  CHECK(house.Graph().Reached().value() == house.Head());
}

TEST_CASE("a rebuilt graph knows what was written before, during and after", "[graph]") {
  GraphHouse house;
  const Story deleted = house.Write(house.ada, house.legacy, "Deleted", "b");
  for (int i = 0; i < 30; ++i) house.Write(house.ada, house.legacy, "Before", "b");
  house.CatchUp();
  Id during;
  Watching progress([&] {
    // The generation has been begun: all of this comes to it as events.
    during = house.Write(house.ada, house.legacy, "During", "b").id;
    REQUIRE(house.stories.Delete(house.ada, deleted.id, 1));
    // And the one that is asked follows meanwhile.
    CHECK(house.Node(house.legacy, during));
    CHECK(house.projector->State().rebuilding);
  });
  CHECK(house.projector->Rebuild(progress).value() >= 31);
  CHECK_FALSE(house.projector->State().rebuilding);
  CHECK(house.Node(house.legacy, during));
  CHECK_FALSE(house.Node(house.legacy, deleted.id));
  const Id after = house.Write(house.ada, house.legacy, "After", "b").id;
  CHECK(house.Node(house.legacy, after));
  CHECK(house.Items() == 3 + 2 * 32);
}

TEST_CASE("while the graph is rebuilt under load every write shows, and nothing is lost",
          "[graph]") {
  GraphHouse house;
  for (int i = 0; i < 50; ++i) house.Write(house.ada, house.legacy, "Before", "b");
  house.CatchUp();
  std::atomic<bool> done = false;
  std::atomic<int> wrong = 0;
  std::atomic<std::size_t> written = 0;
  std::jthread load([&] {
    while (!done) {
      const Id id = house.Write(house.ada, house.legacy, "More", "b").id;
      ++written;
      const Position head = house.Head();
      const bool shows = house.projector->WaitFor(head, std::chrono::seconds(60)) &&
                         house.projector->Store()
                             .value()
                             ->Node({std::string(kDefaultTenant), house.legacy}, id)
                             .value()
                             .has_value();
      wrong += shows ? 0 : 1;
    }
  });
  for (int i = 0; i < 5; ++i) {
    NoProgress progress;
    CHECK(house.projector->Rebuild(progress));
  }
  done = true;
  load.join();
  CHECK(wrong == 0);
  CHECK(house.Items() == 3 + 2 * (50 + written));
}

TEST_CASE("a rebuild of the graph that is called off, or meets another, leaves it as it is",
          "[graph]") {
  GraphHouse house;
  for (int i = 0; i < 5; ++i) house.Write(house.ada, house.legacy, "A", "b");
  house.CatchUp();
  SECTION("called off") {
    Watching progress;
    progress.Cancel();
    CHECK(house.projector->Rebuild(progress).error().code == ErrorCode::kUnavailable);
  }
  SECTION("two at once") {
    ErrorCode second = ErrorCode::kInternal;
    Watching progress([&] {
      NoProgress none;
      second = house.projector->Rebuild(none).error().code;
    });
    CHECK(house.projector->Rebuild(progress));
    CHECK(second == ErrorCode::kConflict);
  }
  CHECK_FALSE(house.projector->State().rebuilding);
  CHECK(house.Items() == 3 + 10);
  NoProgress none;
  CHECK(house.projector->Rebuild(none));
}

TEST_CASE("a graph that cannot be opened keeps nobody waiting, and is opened when it can be",
          "[graph]") {
  Household house;
  std::atomic<bool> there = false;
  GraphProjector projector(
      *house.database,
      [&]() -> Result<std::unique_ptr<GraphStore>> {
        if (!there) return Fail(ErrorCode::kUnavailable, "nobody answers there");
        return OpenRocksDbGraphStore({.directory = house.folder / "graph"});
      },
      house.clock);
  projector.Start();
  house.LegacyOf(house.Person("ada"));
  while (projector.State().failure.empty()) std::this_thread::yield();
  CHECK(projector.State().failure == "nobody answers there");
  CHECK(projector.Store().error().code == ErrorCode::kUnavailable);
  NoProgress none;
  CHECK(projector.Rebuild(none).error().message == "nobody answers there");
  there = true;
  const Position head =
      ReadOne(*house.database, [](Reader& reader) { return reader.Head(); }).value();
  CHECK(projector.WaitFor(head, std::chrono::seconds(60)));
  CHECK(projector.State().failure.empty());
}

TEST_CASE("a projector that does not lead leaves the graph as it is until it does", "[graph]") {
  GraphHouse house;
  house.Write(house.ada, house.legacy, "A", "b");
  house.CatchUp();
  house.projector.reset();
  const Position before = house.Head();
  std::atomic<bool> leads = false;
  GraphProjector projector(
      *house.database, [&] { return OpenRocksDbGraphStore({.directory = house.folder / "graph"}); },
      house.clock, false, [&] { return leads.load(); });
  projector.Start();
  CHECK(projector.WaitFor(before, std::chrono::seconds(60)));
  house.Write(house.ada, house.legacy, "B", "c");
  const Position written = house.Head();
  CHECK_FALSE(projector.WaitFor(written, std::chrono::milliseconds(300)));
  CHECK(projector.Store().value()->Reached().value()->sequence == before.sequence);
  NoProgress none;
  CHECK(projector.Rebuild(none).error().code == ErrorCode::kConflict);
  leads = true;
  CHECK(projector.WaitFor(written, std::chrono::seconds(60)));
}

}  // namespace heirloom
