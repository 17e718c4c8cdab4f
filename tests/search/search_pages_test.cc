// Pages hold still while others write.

#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <thread>

#include "tests/search/library.h"

namespace heirloom {
namespace {

using testing::Household;
using testing::Library;

struct Walk {
  std::vector<Id> seen;
  int pages = 0;
  bool restarted = false;
};

Walk WalkAll(
    Library& house, const Principal& who, SearchRequest request,
    const std::function<void()>& between = [] {}) {
  Walk walk;
  do {
    const FoundPage page = house.Page(who, request);
    for (const FoundStory& found : page.items) walk.seen.push_back(found.story.id);
    walk.restarted = walk.restarted || page.restarted;
    request.after = page.next;
    ++walk.pages;
    between();
  } while (!request.after.empty());
  return walk;
}

std::set<Id> Once(const std::vector<Id>& ids) {
  std::set<Id> once(ids.begin(), ids.end());
  CHECK(once.size() == ids.size());
  return once;
}

std::vector<Story> WriteMany(Library& house, int count) {
  std::vector<Story> written;
  for (int i = 0; i < count; ++i) {
    house.clock.AdvanceSeconds(1);
    written.push_back(
        house.Write(house.ada, house.legacy, "Lantern " + std::to_string(i), "lantern"));
  }
  house.CatchUp();
  return written;
}

}  // namespace

TEST_CASE("what is edited, created and deleted between pages neither repeats nor hides a story",
          "[search]") {
  Library house;
  const std::vector<Story> written = WriteMany(house, 40);
  for (const std::string& text : {std::string("lantern"), std::string()}) {
    CAPTURE(text);
    int round = 0;
    const Walk walk = WalkAll(house, house.ada, {.text = text, .limit = 4}, [&] {
      house.clock.AdvanceSeconds(1);
      // The one that is last in line by change moves to the front, one goes, one comes.
      StoryInput edit = Household::Input("Lantern anew", "lantern lantern lantern");
      REQUIRE(house.stories.Update(house.ada, written[static_cast<std::size_t>(round)].id,
                                   std::nullopt, edit));
      house.Write(house.ada, house.legacy, "Lantern new", "lantern lantern");
      ++round;
      house.CatchUp();
    });
    CHECK(walk.pages >= 10);
    CHECK_FALSE(walk.restarted);
    const std::set<Id> seen = Once(walk.seen);
    for (const Story& story : written) CHECK(seen.contains(story.id));
  }
}

TEST_CASE("a walk while four write at once gives every story that stays, once", "[search]") {
  Library house;
  const std::vector<Story> written = WriteMany(house, 120);
  std::atomic<bool> done = false;
  std::vector<std::jthread> writers;
  // Each deletes its own third of the first 60 and edits its share of the rest.
  for (std::size_t w = 0; w < 3; ++w) {
    writers.emplace_back([&, w] {
      for (std::size_t i = w; !done; i += 3) {
        if (i < 60) {
          (void)house.stories.Delete(house.ada, written[i].id, std::nullopt);
        } else {
          const Story& story = written[60 + i % 60];
          (void)house.stories.Update(house.ada, story.id, std::nullopt,
                                     Household::Input("Lantern " + std::to_string(i), "lantern"));
        }
      }
    });
  }
  writers.emplace_back([&] {
    while (!done) house.Write(house.ada, house.legacy, "Lantern more", "lantern");
  });
  for (int round = 0; round < 3; ++round) {
    const Walk walk = WalkAll(house, house.ada, {.text = "lantern", .limit = 7});
    CHECK_FALSE(walk.restarted);
    const std::set<Id> seen = Once(walk.seen);
    for (std::size_t i = 60; i < written.size(); ++i) CHECK(seen.contains(written[i].id));
  }
  done = true;
}

TEST_CASE("what may be read no more is gone from the pages to come, at once", "[search]") {
  Library house;
  const Principal vic = house.Person("vic");
  house.Join(house.ada, house.legacy, "vic", Role::kViewer);
  const std::vector<Story> written = WriteMany(house, 12);
  SearchRequest request{.text = "lantern", .limit = 4};
  FoundPage page = house.Page(vic, request);
  request.after = page.next;
  SECTION("a deleted story, and the next takes its place") {
    std::set<Id> seen;
    for (const FoundStory& found : page.items) seen.insert(found.story.id);
    for (const Story& story : written) {
      if (seen.contains(story.id)) continue;
      REQUIRE(house.stories.Delete(house.ada, story.id, std::nullopt));
      break;
    }
    page = house.Page(vic, request);
    CHECK(page.items.size() == 4);
    request.after = page.next;
    CHECK(house.Page(vic, request).items.size() == 3);
  }
  SECTION("a story that passes the filters no more") {
    StoryInput archive;
    archive.status = StoryStatus::kArchived;
    for (const Story& story : written) {
      REQUIRE(house.stories.Update(house.ada, story.id, std::nullopt, archive));
    }
    CHECK(house.Page(vic, request).items.empty());
  }
  SECTION("all, when the membership ended") {
    REQUIRE(house.legacies.RemoveMember(house.ada, house.legacy, vic.user_id));
    page = house.Page(vic, request);
    CHECK(page.items.empty());
    CHECK(page.next.empty());
  }
  SECTION("and somebody else's cursor tells nothing") {
    const FoundPage eves = house.Page(house.Person("eve"), request);
    CHECK(eves.items.empty());
    CHECK(eves.next.empty());
  }
}

TEST_CASE("when the list is kept no longer, the walk goes on and says so", "[search]") {
  Library house;
  const std::vector<Story> written = WriteMany(house, 12);
  SearchRequest request{.text = "lantern", .limit = 4};
  FoundPage page = house.Page(house.ada, request);
  CHECK_FALSE(page.restarted);
  std::vector<Id> seen;
  for (const FoundStory& found : page.items) seen.push_back(found.story.id);
  request.after = page.next;
  house.clock.AdvanceSeconds(601);
  page = house.Page(house.ada, request);
  CHECK(page.restarted);
  for (const FoundStory& found : page.items) seen.push_back(found.story.id);
  // From here on it holds still again.
  request.after = page.next;
  page = house.Page(house.ada, request);
  CHECK_FALSE(page.restarted);
  CHECK(page.next.empty());
  for (const FoundStory& found : page.items) seen.push_back(found.story.id);
  CHECK(Once(seen).size() == 12);
}

TEST_CASE("forged cursors are refused or harmless", "[search]") {
  Library house;
  WriteMany(house, 12);
  SearchRequest request{.text = "lantern", .limit = 4};
  const std::vector<std::string> good = house.Page(house.ada, request).next;
  REQUIRE(good.size() == 4);
  const auto with = [&](std::size_t part, const std::string& value) {
    SearchRequest forged = request;
    forged.after = good;
    forged.after[part] = value;
    return house.search.Search(house.ada, forged);
  };
  for (const std::string& bad : {std::string("-1"), std::string("10001"), std::string("4x"),
                                 std::string(""), std::string(30, '9')}) {
    CAPTURE(bad);
    CHECK(with(2, bad).error().fields.front().pointer == "?cursor");
    CHECK(with(3, bad).error().fields.front().pointer == "?cursor");
  }
  CHECK(with(0, "000000000000").error().fields.front().pointer == "?cursor");
  CHECK(with(1, "").error().fields.front().pointer == "?cursor");
  // Another list's name is no list of this search; an offset beyond its end is the end.
  CHECK(with(1, "1")->restarted);
  CHECK(with(2, "10000")->items.empty());
  CHECK(with(2, "10000")->next.empty());
  SearchRequest other = request;
  other.after = good;
  other.status = StoryStatus::kDraft;
  CHECK(house.search.Search(house.ada, other).error().fields.front().pointer == "?cursor");
}

}  // namespace heirloom
