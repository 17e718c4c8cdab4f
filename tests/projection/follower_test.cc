#include "appliance/projection/follower.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "storage/sqlite/sqlite_database.h"
#include "tests/support/manual_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

using namespace std::chrono_literals;

constexpr auto kSoon = 60s;

// The names of the subjects of events, in order, with where each stands: what a projection of the
// outbox itself would hold.
struct Subjects {
  std::vector<std::int64_t> sequences;
  std::optional<Position> reached;
};

// One kept in memory. What was taken is seen with Commit, as in an index.
class Kept final : public Projected {
 public:
  Status Open() override { return {}; }
  Result<std::optional<Position>> Reached() const override {
    const std::lock_guard lock(mutex_);
    return seen_.reached;
  }
  Status Take(const std::vector<StoredEvent>& events, const Position& before,
              const Position& after) override {
    const std::lock_guard lock(mutex_);
    ++tries_;
    if (!broken_.empty()) return Fail(ErrorCode::kUnavailable, std::string(broken_));
    return TakeInto(taken_, events, before, after);
  }
  Status Commit() override {
    const std::lock_guard lock(mutex_);
    ++commits_;
    seen_ = taken_;
    return {};
  }
  Result<std::size_t> Sweep(Time before, std::int64_t passed) override {
    const std::lock_guard lock(mutex_);
    swept_ = {before, passed};
    return std::size_t{0};
  }
  Result<std::unique_ptr<ProjectedGeneration>> StartGeneration() override;
  Result<std::int64_t> Count() override { return 0; }

  // Held up there until it is let go, when a generation is being filled.
  std::promise<void> filling;
  std::shared_future<void> may_fill;

  void Break(std::string how) {
    const std::lock_guard lock(mutex_);
    broken_ = std::move(how);
  }
  void BeginAt(Position position) {
    const std::lock_guard lock(mutex_);
    seen_.reached = taken_.reached = std::move(position);
  }
  Subjects Seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  int commits() const {
    const std::lock_guard lock(mutex_);
    return commits_;
  }
  int tries() const {
    const std::lock_guard lock(mutex_);
    return tries_;
  }
  std::pair<Time, std::int64_t> swept() const {
    const std::lock_guard lock(mutex_);
    return swept_;
  }

 private:
  class Next;

  static Status TakeInto(Subjects& subjects, const std::vector<StoredEvent>& events,
                         const Position& before, const Position& after) {
    // A gap or a step back would be the follower's mistake.
    if (!subjects.reached || *subjects.reached != before) {
      return Fail(ErrorCode::kInternal, "events that do not go on from the last");
    }
    for (const StoredEvent& event : events) subjects.sequences.push_back(event.sequence);
    subjects.reached = after;
    return {};
  }

  mutable std::mutex mutex_;
  Subjects taken_;
  Subjects seen_;
  std::string broken_;
  int commits_ = 0;
  int tries_ = 0;
  std::pair<Time, std::int64_t> swept_;
};

class Kept::Next final : public ProjectedGeneration {
 public:
  explicit Next(Kept& kept) : kept_(kept) {}
  Status Fill(const Position& head, const Show& show) override {
    for (std::int64_t i = 1; i <= head.sequence; ++i) subjects_.sequences.push_back(i);
    subjects_.reached = head;
    if (kept_.may_fill.valid()) {
      kept_.filling.set_value();
      if (kept_.may_fill.wait_for(kSoon) != std::future_status::ready) {
        return Fail(ErrorCode::kInternal, "nobody let it go on");
      }
    }
    return show(head.sequence);
  }
  Status Take(const std::vector<StoredEvent>& events, const Position& before,
              const Position& after) override {
    return TakeInto(subjects_, events, before, after);
  }
  Status Settle() override { return {}; }
  Status Adopt(const Position& reached) override {
    const std::lock_guard lock(kept_.mutex_);
    if (subjects_.reached != reached) return Fail(ErrorCode::kInternal, "not as far as it is said");
    kept_.taken_ = kept_.seen_ = std::move(subjects_);
    return {};
  }

 private:
  Kept& kept_;
  Subjects subjects_;
};

Result<std::unique_ptr<ProjectedGeneration>> Kept::StartGeneration() {
  return std::make_unique<Next>(*this);
}

struct Truth {
  testing::TempFolder folder;
  testing::ManualClock clock;
  testing::SeededRandom random;
  std::unique_ptr<Database> database =
      OpenSqliteDatabase({.path = folder / "heirloom.db", .clock = clock, .random = random})
          .value();
  Kept kept;

  Position Write(int events = 1) {
    return database
        ->Write([&](Transaction& tx) -> Status {
          for (int i = 0; i < events; ++i) {
            tx.Append({"default", "heirloom.story.updated.v1", "story", "legacy", 1});
          }
          return {};
        })
        .value();
  }
  Position Head() {
    return ReadOne(*database, [](Reader& reader) { return reader.Head(); }).value();
  }
};

std::vector<std::int64_t> UpTo(std::int64_t last) {
  std::vector<std::int64_t> numbers;
  for (std::int64_t i = 1; i <= last; ++i) numbers.push_back(i);
  return numbers;
}

// Commits by itself so late that a test would notice.
FollowerTraits Traits() {
  return {.name = "list", .thread = "list", .events_at_once = 4, .commit_every = 1h};
}

TEST_CASE("a follower takes each event once and in order, batch by batch") {
  Truth truth;
  truth.kept.BeginAt({truth.Head().epoch, 0});
  Follower follower(*truth.database, truth.kept, truth.clock, Traits());
  follower.Start();
  truth.Write(9);
  for (int i = 0; i < 20; ++i) truth.Write();
  REQUIRE(follower.WaitFor(truth.Head(), kSoon));
  CHECK(truth.kept.Seen().sequences == UpTo(29));
  CHECK(follower.State().reached == 29);
  CHECK(follower.State().Lag() == 0);
  CHECK_FALSE(follower.State().foreign);
}

TEST_CASE("what nobody waits for is committed when it is due, at the latest at the end") {
  Truth truth;
  truth.kept.BeginAt({truth.Head().epoch, 0});
  {
    Follower follower(*truth.database, truth.kept, truth.clock, Traits());
    follower.Start();
    REQUIRE(follower.WaitFor(truth.Write(), kSoon));
    const int before = truth.kept.commits();
    truth.Write(3);
    while (truth.kept.tries() < 2) std::this_thread::yield();
    CHECK(truth.kept.commits() == before);
    CHECK(truth.kept.Seen().sequences == UpTo(1));
  }
  CHECK(truth.kept.Seen().sequences == UpTo(4));
}

TEST_CASE("a follower that fails says why, tries again and forgets it once it goes") {
  Truth truth;
  truth.kept.BeginAt({truth.Head().epoch, 0});
  Follower follower(*truth.database, truth.kept, truth.clock, Traits());
  follower.Start();
  REQUIRE(follower.WaitFor(truth.Write(), kSoon));
  truth.kept.Break("the disk is away");
  const Position written = truth.Write();
  CHECK_FALSE(follower.WaitFor(written, 200ms));
  CHECK(follower.State().failure == "the disk is away");
  CHECK(follower.State().Lag() == 1);
  truth.kept.Break("");
  REQUIRE(follower.WaitFor(written, kSoon));
  CHECK(follower.State().failure.empty());
  CHECK(truth.kept.Seen().sequences == UpTo(2));
}

TEST_CASE("a position of another epoch is not waited for") {
  Truth truth;
  truth.kept.BeginAt({truth.Head().epoch, 0});
  Follower follower(*truth.database, truth.kept, truth.clock, Traits());
  follower.Start();
  REQUIRE(follower.WaitFor(truth.Write(), kSoon));
  CHECK_FALSE(follower.WaitFor({"another", 1}, kSoon));
}

TEST_CASE("a projection that is new or of another epoch is built from the truth") {
  Truth truth;
  truth.Write(5);
  if (GENERATE(false, true)) truth.kept.BeginAt({"another", 3});
  Follower follower(*truth.database, truth.kept, truth.clock, Traits());
  CHECK(follower.State().foreign);
  follower.Start();
  REQUIRE(follower.WaitFor(truth.Head(), kSoon));
  CHECK(truth.kept.Seen().sequences == UpTo(5));
  CHECK_FALSE(follower.State().foreign);
}

TEST_CASE("a rebuild misses nothing that is written meanwhile, and the old one is followed") {
  Truth truth;
  truth.kept.BeginAt({truth.Head().epoch, 0});
  Follower follower(*truth.database, truth.kept, truth.clock, Traits());
  follower.Start();
  REQUIRE(follower.WaitFor(truth.Write(6), kSoon));
  std::promise<void> let_go;
  truth.kept.may_fill = let_go.get_future().share();
  auto rebuilt = std::async(std::launch::async, [&] {
    NoProgress progress;
    return follower.Rebuild(progress);
  });
  REQUIRE(truth.kept.filling.get_future().wait_for(kSoon) == std::future_status::ready);
  CHECK(follower.State().rebuilding);
  REQUIRE(follower.WaitFor(truth.Write(10), kSoon));
  CHECK(truth.kept.Seen().sequences == UpTo(16));
  NoProgress second;
  CHECK(follower.Rebuild(second).error().code == ErrorCode::kConflict);
  let_go.set_value();
  CHECK(rebuilt.get().value() == 6);
  CHECK_FALSE(follower.State().rebuilding);
  CHECK(truth.kept.Seen().sequences == UpTo(16));
  REQUIRE(follower.WaitFor(truth.Write(), kSoon));
  CHECK(truth.kept.Seen().sequences == UpTo(17));
}

TEST_CASE("who does not lead sees what others commit, and builds nothing") {
  Truth truth;
  truth.kept.BeginAt({truth.Head().epoch, 0});
  FollowerTraits watching = Traits();
  watching.alone = false;
  watching.leads = [] { return false; };
  Follower watcher(*truth.database, truth.kept, truth.clock, watching);
  watcher.Start();
  const Position written = truth.Write(3);
  CHECK_FALSE(watcher.WaitFor(written, 200ms));
  CHECK(truth.kept.tries() == 0);
  NoProgress progress;
  CHECK(watcher.Rebuild(progress).error().code == ErrorCode::kConflict);
  FollowerTraits leading = Traits();
  leading.alone = false;
  Follower leader(*truth.database, truth.kept, truth.clock, leading);
  leader.Start();
  REQUIRE(leader.WaitFor(written, kSoon));
  CHECK(watcher.WaitFor(written, kSoon));
}

TEST_CASE("tombstones of more than seven days go, as far as the projection has come") {
  Truth truth;
  truth.kept.BeginAt({truth.Write(2).epoch, 2});
  Follower follower(*truth.database, truth.kept, truth.clock, Traits());
  follower.Start();
  REQUIRE(follower.WaitFor(truth.Write(), kSoon));
  const auto [before, passed] = truth.kept.swept();
  CHECK(before.micros == truth.clock.Now().micros - Time::FromSeconds(7LL * 24 * 3600).micros);
  CHECK(passed == 2);  // What is taken and not committed may still be lost.
}

}  // namespace
}  // namespace heirloom
