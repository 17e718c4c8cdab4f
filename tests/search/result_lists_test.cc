#include "appliance/search/result_lists.h"

#include <catch2/catch.hpp>

#include "tests/support/manual_clock.h"

namespace heirloom {
namespace {

ResultLists::Stories Stories(std::size_t count) {
  return std::make_shared<const std::vector<Id>>(count, "a story");
}

}  // namespace

TEST_CASE("a list is found by its name, by its owner alone", "[search]") {
  testing::ManualClock clock;
  ResultLists lists(clock);
  const std::string name = lists.Keep("ada: lamp", "ada", Stories(3));
  REQUIRE(lists.Find(name, "ada: lamp"));
  CHECK(lists.Find(name, "ada: lamp")->size() == 3);
  CHECK_FALSE(lists.Find(name, "eve: lamp"));
  CHECK_FALSE(lists.Find(name, "ada: boat"));
  CHECK_FALSE(lists.Find("1", "ada: lamp"));
  CHECK_FALSE(lists.Find("", "ada: lamp"));
}

TEST_CASE("a list stays for ten minutes after its last use", "[search]") {
  testing::ManualClock clock;
  ResultLists lists(clock);
  const std::string walked = lists.Keep("ada", "ada", Stories(3));
  const std::string left = lists.Keep("bob", "bob", Stories(3));
  clock.AdvanceSeconds(400);
  CHECK(lists.Find(walked, "ada"));
  clock.AdvanceSeconds(400);
  CHECK(lists.Find(walked, "ada"));
  CHECK_FALSE(lists.Find(left, "bob"));
  clock.AdvanceSeconds(601);
  CHECK_FALSE(lists.Find(walked, "ada"));
}

TEST_CASE("when there are many, the least recently used go first", "[search]") {
  testing::ManualClock clock;
  ResultLists lists(clock, {.stories = 10, .lists_each = 3});
  SECTION("of one person") {
    std::vector<std::string> names;
    for (int i = 0; i < 3; ++i) names.push_back(lists.Keep("ada", "ada", Stories(1)));
    const std::string others = lists.Keep("bob", "bob", Stories(1));
    CHECK(lists.Find(names[0], "ada"));
    names.push_back(lists.Keep("ada", "ada", Stories(1)));
    CHECK(lists.Find(names[0], "ada"));
    CHECK_FALSE(lists.Find(names[1], "ada"));
    CHECK(lists.Find(names[2], "ada"));
    CHECK(lists.Find(others, "bob"));
  }
  SECTION("of all, counted by their stories") {
    const std::string first = lists.Keep("ada", "ada", Stories(6));
    const std::string second = lists.Keep("bob", "bob", Stories(4));
    CHECK(lists.Find(first, "ada"));
    lists.Keep("cy", "cy", Stories(1));
    CHECK(lists.Find(first, "ada"));
    CHECK_FALSE(lists.Find(second, "bob"));
    const std::string large = lists.Keep("dan", "dan", Stories(1000));
    CHECK(lists.Find(large, "dan"));
    CHECK_FALSE(lists.Find(first, "ada"));
  }
}

TEST_CASE("names of before a restart fit no list of after", "[search]") {
  testing::ManualClock clock;
  const std::string before = ResultLists(clock).Keep("ada", "ada", Stories(1));
  clock.AdvanceSeconds(1);
  ResultLists lists(clock);
  lists.Keep("ada", "ada", Stories(1));
  CHECK_FALSE(lists.Find(before, "ada"));
}

}  // namespace heirloom
