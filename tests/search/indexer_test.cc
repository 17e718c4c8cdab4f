// Building the index again, while it is asked and followed.

#include "appliance/search/indexer.h"

#include <sys/resource.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <future>
#include <thread>

#include "tests/search/library.h"

namespace heirloom {
namespace {

using testing::Household;
using testing::Library;

// Calls `at_first` at the first word of progress; can be called off.
class Watching final : public Progress {
 public:
  explicit Watching(std::function<void()> at_first = [] {}) : at_first_(std::move(at_first)) {}

  void Show(std::string_view, std::int64_t done, std::int64_t total) override {
    if (shown_++ == 0) at_first_();
    last_done_ = done;
    last_total_ = total;
  }
  bool Cancelled() const override { return cancelled_; }

  void Cancel() { cancelled_ = true; }
  int shown() const { return shown_; }

 private:
  std::function<void()> at_first_;
  std::atomic<int> shown_ = 0;
  std::atomic<std::int64_t> last_done_ = 0;
  std::atomic<std::int64_t> last_total_ = 0;
  std::atomic<bool> cancelled_ = false;
};

// From here on no file of this process grows beyond `bytes`, as on a disk that is full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : signal_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit full{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &full);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*signal_)(int);
};

std::ptrdiff_t GenerationsOf(const Library& house) {
  std::ptrdiff_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(house.folder / "index")) {
    count += entry.path().filename() == "iamglass" ? 1 : 0;
  }
  return count;
}

// 0 for the one refusal that a machine which is busy elsewhere may give.
int Late(const Error& error) { return error.message == "the search took too long" ? 0 : 1; }

void WriteMany(Library& house, int count) {
  for (int i = 0; i < count; ++i) {
    house.Write(house.ada, house.legacy, "Lantern " + std::to_string(i), "lantern");
  }
  house.CatchUp();
}

}  // namespace

TEST_CASE("a rebuilt index knows what was written before, during and after", "[search]") {
  Library house;
  WriteMany(house, 30);
  const Story edited = house.Write(house.ada, house.legacy, "Edited", "boat");
  const Story deleted = house.Write(house.ada, house.legacy, "Deleted", "boat");
  house.CatchUp();
  Watching progress([&] {
    // The generation has been begun: all of this comes to it as events.
    house.Write(house.ada, house.legacy, "During", "compass");
    REQUIRE(house.stories.Update(house.ada, edited.id, 1, Household::Input("Edited", "cart")));
    REQUIRE(house.stories.Delete(house.ada, deleted.id, 1));
    // And the one that is asked follows meanwhile.
    CHECK(house.Find(house.ada, "compass").size() == 1);
    CHECK(house.indexer->State().rebuilding);
    CHECK_FALSE(house.indexer->State().foreign);
  });
  CHECK(house.indexer->Rebuild(progress).value() >= 32);
  CHECK(progress.shown() > 0);
  CHECK_FALSE(house.indexer->State().rebuilding);
  const auto check = [&] {
    SearchRequest all{.text = "lantern", .limit = 100};
    CHECK(house.Find(house.ada, all).size() == 30);
    CHECK(house.Find(house.ada, "compass").size() == 1);
    CHECK(house.Find(house.ada, "cart").size() == 1);
    CHECK(house.Find(house.ada, "boat").empty());
  };
  check();
  house.Write(house.ada, house.legacy, "After", "anchor");
  CHECK(house.Find(house.ada, "anchor").size() == 1);
  check();
  // A second time as well as the first.
  NoProgress none;
  REQUIRE(house.indexer->Rebuild(none));
  check();
}

TEST_CASE("while it is rebuilt under load every search finds, and every write is read",
          "[search]") {
  Library house;
  WriteMany(house, 60);
  std::atomic<bool> done = false;
  std::atomic<int> asked = 0;
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> load;
  load.emplace_back([&] {
    for (int i = 0; !done; ++i) {
      const std::string word = "word" + std::string(1, static_cast<char>('a' + i % 26)) +
                               std::string(1, static_cast<char>('a' + i / 26 % 26));
      house.Write(house.ada, house.legacy, word, "anchor");
      SearchRequest mine{.text = "\"" + word + "\""};
      mine.at_least = house.Head();
      const auto page = house.search.Search(house.ada, mine);
      wrong += page ? (page->stale || !page->items.empty() ? 0 : 1) : Late(page.error());
    }
  });
  load.emplace_back([&] {
    while (!done) {
      const auto page = house.search.Search(house.ada, {.text = "lantern", .limit = 100});
      wrong += page ? (page->items.size() == 60 ? 0 : 1) : Late(page.error());
      ++asked;
    }
  });
  for (int i = 0; i < 5; ++i) {
    NoProgress progress;
    CHECK(house.indexer->Rebuild(progress));
  }
  done = true;
  load.clear();
  CHECK(asked > 0);
  CHECK(wrong == 0);
  // What queries see never went back behind what had been seen.
  CHECK(house.indexer->WaitFor(house.Head(), std::chrono::seconds(60)));
}

TEST_CASE("a rebuild that is called off, or meets another, leaves the index as it is", "[search]") {
  Library house;
  WriteMany(house, 5);
  SECTION("called off") {
    Watching progress;
    progress.Cancel();
    CHECK(house.indexer->Rebuild(progress).error().code == ErrorCode::kUnavailable);
  }
  SECTION("two at once") {
    ErrorCode second = ErrorCode::kInternal;
    Watching progress([&] {
      NoProgress none;
      second = house.indexer->Rebuild(none).error().code;
    });
    CHECK(house.indexer->Rebuild(progress));
    CHECK(second == ErrorCode::kConflict);
  }
  SECTION("stopped on the way") {
    Watching progress([&] { house.indexer->Stop(); });
    CHECK(house.indexer->Rebuild(progress).error().code == ErrorCode::kUnavailable);
    return;
  }
  CHECK_FALSE(house.indexer->State().rebuilding);
  CHECK(house.Find(house.ada, "lantern").size() == 5);
  NoProgress none;
  CHECK(house.indexer->Rebuild(none));
}

TEST_CASE("a disk that is full at any step of a rebuild leaves the index as it is", "[search]") {
  Library house;
  WriteMany(house, 20);
  int failures = 0;
  bool built = false;
  for (rlim_t bytes = 0; !built; bytes = bytes == 0 ? 4 : bytes * 3) {
    CAPTURE(bytes);
    REQUIRE(bytes < (rlim_t{1} << 30));
    NoProgress progress;
    Result<std::int64_t> done = 0;
    {
      const FullDisk full(bytes);
      done = house.indexer->Rebuild(progress);
      // Asked while there is no room.
      CHECK(house.Page(house.ada, {.text = "lantern"}).items.size() == 20);
    }
    built = done.has_value();
    CHECK_FALSE(house.indexer->State().rebuilding);
    CHECK(GenerationsOf(house) == 1);
    if (built) continue;
    ++failures;
    CHECK_FALSE(done.error().message.empty());
  }
  CHECK(failures > 4);
  house.Write(house.ada, house.legacy, "After", "anchor");
  CHECK(house.Find(house.ada, "anchor").size() == 1);
  CHECK(house.Find(house.ada, "lantern").size() == 20);
}

TEST_CASE("a foreign index is asked, and says that it is stale, until it is built again",
          "[search]") {
  Library house;
  WriteMany(house, 5);
  house.indexer->Stop();
  // A word that this truth does not have, for all who may read there.
  StoryDocument ghost;
  ghost.tenant_id = kDefaultTenant;
  ghost.id = house.ids.Next();
  ghost.legacy_id = house.legacy;
  ghost.title = "Lighthouse";
  ghost.readers = ReaderTermsOfStory(house.legacy, house.ada.user_id, StoryStatus::kPublished,
                                     Visibility::kMembers);
  Position position{"another", 1};
  SECTION("of another epoch") {}
  SECTION("ahead of the truth") {
    position = house.Head();
    position.sequence += 100;
  }
  REQUIRE(house.index->Apply({PutStory{ghost, 1'000'000}}, position));
  REQUIRE(house.index->Commit());

  Indexer again(*house.database, house.feed, *house.index, house.clock);
  SearchService search(*house.index, again, house.lookup, house.legacies, house.clock);
  // Not begun yet.
  const FoundPage before = search.Search(house.ada, {.text = "lantern"}).value();
  CHECK(before.stale);
  CHECK(before.items.size() == 5);
  const FoundPage ghosts = search.Search(house.ada, {.text = "lighthouse"}).value();
  CHECK(ghosts.items.empty());
  CHECK_FALSE(search.Search(house.ada, {.text = "lihgthouse"})->did_you_mean);
  CHECK(search.Suggest(house.ada, "light", std::nullopt, 8)->empty());
  again.Start();
  REQUIRE(again.WaitFor(house.Head(), std::chrono::seconds(60)));
  const FoundPage after = search.Search(house.ada, {.text = "lantern"}).value();
  CHECK_FALSE(after.stale);
  CHECK(after.items.size() == 5);
  CHECK(house.index->Committed().value()->epoch == house.Head().epoch);
  CHECK(search.Suggest(house.ada, "light", std::nullopt, 8)->empty());
}

// Tells nobody where it is until it is let.
class SilentIndex final : public StoryIndex {
 public:
  explicit SilentIndex(StoryIndex& index) : index_(index) {}

  void Speak() { spoken_.set_value(); }

  Result<std::optional<Position>> Committed() const override {
    heard_.wait();
    return index_.Committed();
  }
  Status Apply(const std::vector<IndexOperation>& operations, const Position& position) override {
    return index_.Apply(operations, position);
  }
  Status Commit() override { return index_.Commit(); }
  Result<IndexedPage> Scan(const std::string& after, std::size_t limit) const override {
    return index_.Scan(after, limit);
  }
  Result<std::size_t> Sweep(std::int64_t before, std::int64_t passed) override {
    return index_.Sweep(before, passed);
  }
  Result<std::unique_ptr<SearchGeneration>> StartGeneration() override {
    return index_.StartGeneration();
  }
  Status Adopt(std::unique_ptr<SearchGeneration> generation) override {
    return index_.Adopt(std::move(generation));
  }

 private:
  StoryIndex& index_;
  std::promise<void> spoken_;
  std::shared_future<void> heard_{spoken_.get_future()};
};

TEST_CASE("an index that was ahead at the start is built again, whatever was written since",
          "[search]") {
  Library house;
  WriteMany(house, 3);
  house.CatchUp();
  house.indexer->Stop();
  StoryDocument ghost;
  ghost.tenant_id = kDefaultTenant;
  ghost.id = house.ids.Next();
  ghost.legacy_id = house.legacy;
  ghost.title = "Lighthouse";
  Position ahead = house.Head();
  ++ahead.sequence;
  REQUIRE(house.index->Apply({PutStory{ghost, ahead.sequence}}, ahead));
  REQUIRE(house.index->Commit());

  SilentIndex silent(*house.index);
  Indexer again(*house.database, house.feed, silent, house.clock);
  again.Start();
  house.Write(house.ada, house.legacy, "After", "anchor");
  CHECK(house.Head().sequence >= ahead.sequence);
  silent.Speak();
  REQUIRE(again.WaitFor(house.Head(), std::chrono::seconds(60)));
  const IndexedPage page = house.index->Scan("", 100).value();
  CHECK(page.stories.size() == 4);
  for (const IndexedStory& story : page.stories) CHECK(story.id != ghost.id);
}

TEST_CASE("tombstones go after seven days", "[search]") {
  Library house;
  const Story story = house.Write(house.ada, house.legacy, "Lantern", "lantern");
  house.CatchUp();  // An index that is built after the deletion has no tombstone of it.
  REQUIRE(house.stories.Delete(house.ada, story.id, 1));
  house.CatchUp();
  const auto holds = [&] {
    StoryDocument document;
    document.tenant_id = kDefaultTenant;
    document.id = story.id;
    document.legacy_id = house.legacy;
    document.title = "Lantern";
    document.readers = {"u:anybody"};
    Position position = house.Head();
    REQUIRE(house.index->Apply({PutStory{document, 1}}, position));
    REQUIRE(house.index->Commit());
    SearchQuery query;
    query.tenant_id = kDefaultTenant;
    query.readers = {"u:anybody"};
    return house.index->Query(query)->hits.empty();
  };
  const auto start_again = [&] {
    house.indexer->Stop();
    Indexer again(*house.database, house.feed, *house.index, house.clock);
    again.Start();
    house.Write(house.ada, house.legacy, "Another", "boat");
    REQUIRE(again.WaitFor(house.Head(), std::chrono::seconds(60)));
  };
  house.clock.AdvanceSeconds(7 * 24 * 3600 - 10);
  start_again();
  CHECK(holds());
  house.clock.AdvanceSeconds(20);
  start_again();
  CHECK_FALSE(holds());
}

TEST_CASE("an indexer that does not lead waits for what another commits", "[search]") {
  Library house;
  house.Write(house.ada, house.legacy, "A", "lantern");
  house.CatchUp();
  Indexer watching(*house.database, house.feed, *house.index, house.clock,
                   {.alone = false, .leads = [] { return false; }});
  watching.Start();
  CHECK(watching.WaitFor(house.Head(), std::chrono::seconds(60)));
  CHECK_FALSE(watching.State().foreign);
  // What nobody has committed it does not see, and does not bring about.
  house.indexer->Stop();
  house.Write(house.ada, house.legacy, "B", "lantern");
  const Position written = house.Head();
  CHECK_FALSE(watching.WaitFor(written, std::chrono::milliseconds(300)));
  CHECK(house.index->Committed().value()->sequence < written.sequence);
  CHECK_FALSE(watching.WaitFor({"another epoch", 1}, std::chrono::milliseconds(300)));
  NoProgress none;
  CHECK(watching.Rebuild(none).error().code == ErrorCode::kConflict);
  // Once somebody leads, it hears of it.
  Indexer next(*house.database, house.feed, *house.index, house.clock, {.alone = false});
  next.Start();
  CHECK(watching.WaitFor(written, std::chrono::seconds(60)));
}

TEST_CASE("an indexer goes on where another one stopped leading", "[search]") {
  Library house;
  house.CatchUp();
  house.indexer->Stop();
  std::atomic<bool> first_leads = true;
  Indexer first(*house.database, house.feed, *house.index, house.clock,
                {.alone = false, .leads = [&] { return first_leads.load(); }});
  Indexer second(*house.database, house.feed, *house.index, house.clock,
                 {.alone = false, .leads = [&] { return !first_leads; }});
  first.Start();
  second.Start();
  for (int turn = 0; turn < 4; ++turn) {
    house.Write(house.ada, house.legacy, "Lamp " + std::to_string(turn), "lantern");
    CHECK(first.WaitFor(house.Head(), std::chrono::seconds(60)));
    CHECK(second.WaitFor(house.Head(), std::chrono::seconds(60)));
    first_leads = !first_leads;
  }
  first.Stop();
  second.Stop();
  SearchRequest request;
  request.text = "lantern";
  CHECK(house.Page(house.ada, request).items.size() == 4);
}

TEST_CASE("an index of another epoch is not served by who only watches it", "[search]") {
  Library house;
  house.CatchUp();
  house.indexer->Stop();
  REQUIRE(house.index->Apply({}, {"another epoch", 1}));
  REQUIRE(house.index->Commit());
  Indexer watching(*house.database, house.feed, *house.index, house.clock,
                   {.alone = false, .leads = [] { return false; }});
  watching.Start();
  CHECK_FALSE(watching.WaitFor(house.Head(), std::chrono::milliseconds(300)));
  CHECK(watching.State().foreign);
  CHECK(house.index->Committed().value()->epoch == "another epoch");
}

}  // namespace heirloom
