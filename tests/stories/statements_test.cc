// What the hot paths cost: how many statements, and that each finds its rows by an index in the
// order they are wanted in, however many there are.

#include "tests/stories/family.h"
#include "tests/support/counting_database.h"

namespace heirloom {
namespace {

using testing::Family;

struct Counted : Family {
  testing::CountingDatabase counting{*database};
  StoryService counted{counting, clock, ids};
  TagService counted_tags{counting, clock};
  BinService counted_bin{counting, clock};

  std::size_t Statements() { return counting.TakeStatements().size(); }

  // How the database goes about each statement since the last time, one line a step.
  std::string Plans() {
    std::string plans;
    for (const std::string& sql : counting.TakeStatements()) {
      // As many parameters as there can be are too many: count them.
      std::vector<SqlValue> params;
      while (sql.find("$" + std::to_string(params.size() + 1)) != std::string::npos) {
        params.emplace_back(std::string_view(""));
      }
      const std::string explain = "EXPLAIN QUERY PLAN " + sql;
      REQUIRE(database->Read([&](Reader& reader) {
        return reader.Query(explain, Params(params), [&](const Row& row) {
          plans += row.String(3) + "\n";
          return true;
        });
      }));
    }
    return plans;
  }
};

bool Has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a story is read by one statement", "[stories][statements]") {
  Counted house;
  const Story story = house.Write(house.ada, house.legacy, "One", "Text.");
  REQUIRE(house.counted.Get(house.vic, story.id));
  CHECK(house.Statements() == 1);
}

TEST_CASE("a list is read by one statement, which reads no document", "[stories][statements]") {
  Counted house;
  for (int i = 0; i < 40; ++i) house.Write(house.ada, house.legacy, "One", "Text.");
  const bool of_one = GENERATE(true, false);
  StoryListQuery query;
  if (of_one) query.legacy_id = house.legacy;
  const auto page = house.counted.List(house.vic, query);
  REQUIRE(page);
  CHECK(page->items.size() == 30);
  const auto statements = house.counting.TakeStatements();
  REQUIRE(statements.size() == 1);
  CHECK_FALSE(Has(statements[0], "document"));
  CHECK_FALSE(Has(statements[0], "s.text"));
}

TEST_CASE("writing a story takes a fixed number of statements", "[stories][statements]") {
  Counted house;
  StoryInput input = testing::Household::Input("One", "Text.");
  REQUIRE(house.counted.Create(house.con, house.legacy, input));
  // May they (before and in the transaction), the story, its revision.
  CHECK(house.Statements() == 4);
  input.tags = {{"a", "b"}};
  const auto made = house.counted.Create(house.con, house.legacy, input);
  REQUIRE(made);
  CHECK(house.Statements() == 6);
  input.title = "Two";
  REQUIRE(house.counted.Update(house.con, made->value.story.id, 1, input));
  // The story and its seal; may they; story, revision, tags anew, and the working copy's end.
  CHECK(house.Statements() == 9);
}

TEST_CASE("a list of one legacy walks its index in order", "[stories][statements]") {
  Counted house;
  const bool by_happening = GENERATE(false, true);
  const auto status = GENERATE(std::optional<StoryStatus>(), std::optional(StoryStatus::kArchived));
  std::vector<std::string> after;
  if (GENERATE(false, true)) after = {"5", "x"};
  StoryListQuery query{house.legacy, status, std::nullopt, by_happening, after, 30};
  REQUIRE(house.counted.List(house.vic, query));
  const std::string plans = house.Plans();
  INFO(plans);
  CHECK(Has(plans, by_happening ? "stories_by_happening" : "stories_by_change"));
  CHECK_FALSE(Has(plans, "SCAN"));
  CHECK_FALSE(Has(plans, "TEMP B-TREE"));
}

TEST_CASE("a list of all legacies takes a page of each by its index", "[stories][statements]") {
  Counted house;
  const bool by_happening = GENERATE(false, true);
  std::vector<std::string> after;
  if (GENERATE(false, true)) after = {"5", "x"};
  StoryListQuery query{std::nullopt, std::nullopt, std::nullopt, by_happening, after, 30};
  REQUIRE(house.counted.List(house.vic, query));
  const std::string plans = house.Plans();
  INFO(plans);
  CHECK(Has(plans, by_happening ? "COVERING INDEX stories_by_happening"
                                : "COVERING INDEX stories_by_change"));
  CHECK_FALSE(Has(plans, "SCAN"));
  // Only the pages themselves are sorted.
  const std::string in_each = plans.substr(plans.find("LIST SUBQUERY"));
  CHECK(in_each.find("TEMP B-TREE") == in_each.rfind("TEMP B-TREE"));
}

TEST_CASE("a list of what carries a tag starts from the tag when it is rare",
          "[stories][statements]") {
  Counted house;
  for (int batch = 0; batch < 11; ++batch) {
    std::vector<ImportItem> items;
    for (int i = 0; i < 50; ++i) {
      ImportItem item{std::to_string(batch * 50 + i), Family::Titled("Tagged"), {}};
      item.input.document = DocumentFromPlainText("").value();
      item.input.tags = {{"common"}};
      if (batch == 0 && i == 0) item.input.tags = {{"common", "rare"}};
      items.push_back(std::move(item));
    }
    REQUIRE(house.imports.Import(house.ada, house.legacy, "folder", items));
  }
  for (const std::optional<Id>& legacy : {std::optional<Id>(), std::optional(house.legacy)}) {
    CHECK(house.counted.List(house.vic, {.legacy_id = legacy, .tag = "rare"})->items.size() == 1);
    const std::string rare = house.Plans();
    INFO(rare);
    CHECK(Has(rare, "SEARCH t USING COVERING INDEX story_tags_by_tag"));
    CHECK_FALSE(Has(rare, "stories_by_change"));
    CHECK(house.counted.List(house.vic, {.legacy_id = legacy, .tag = "common"})->items.size() ==
          30);
    const std::string common = house.Plans();
    INFO(common);
    CHECK(Has(common, "stories_by_change"));
  }
}

TEST_CASE("the bin and the tags are found by their indexes", "[stories][statements]") {
  Counted house;
  REQUIRE(house.counted_bin.List(house.ada, std::nullopt, {}, 30));
  REQUIRE(house.counted_tags.List(house.ada, house.legacy, {}, 30));
  const std::string plans = house.Plans();
  INFO(plans);
  CHECK(Has(plans, "stories_in_bin"));
  CHECK(Has(plans, "COVERING INDEX stories_by"));
  CHECK_FALSE(Has(plans, "SCAN s"));
}

}  // namespace heirloom
