#include "index/xapian/xapian_index.h"

#include <sys/wait.h>
#include <unistd.h>

#include <xapian.h>
#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "tests/contract/search_index_contract.h"
#include "tests/contract/search_index_fixture.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

using contract::Bench;
using contract::IdOf;
using contract::Story;
using testing::TempFolder;

std::unique_ptr<SearchIndex> OpenIn(const TempFolder& folder) {
  return OpenXapianIndex({folder.Path()}).value();
}

void PutOne(const TempFolder& folder) { Bench(OpenIn(folder)).Put({Story(1, "The mill", "old")}); }

// Opened empty, and of use again.
void CheckBuiltAgain(const TempFolder& folder) {
  Bench bench(OpenIn(folder));
  CHECK(bench.Index().Committed().value() == std::nullopt);
  CHECK(bench.Find("").empty());
  bench.Put({Story(2, "The ferry", "")});
  CHECK(bench.Find("ferry") == std::vector{IdOf(2)});
}

TEST_CASE("XapianIndex keeps the SearchIndex contract", "[contract][index]") {
  const TempFolder folder;
  contract::CheckSearchIndex([&] { return OpenIn(folder); });
}

TEST_CASE("an index of another schema is opened empty", "[index]") {
  const TempFolder folder;
  PutOne(folder);
  {
    Xapian::WritableDatabase database((folder / "stories").string());
    database.set_metadata("schema", "stories-v0");
    database.commit();
  }
  CheckBuiltAgain(folder);
}

TEST_CASE("an index that cannot be read is opened empty", "[index]") {
  const TempFolder folder;
  PutOne(folder);
  SECTION("its head is garbage") { testing::WriteFile(folder / "stories/iamglass", "garbage"); }
  SECTION("its head is empty") { testing::WriteFile(folder / "stories/iamglass", ""); }
  SECTION("a table is missing") { std::filesystem::remove(folder / "stories/postlist.glass"); }
  SECTION("a table is cut off") {
    std::filesystem::resize_file(folder / "stories/postlist.glass", 0);
  }
  SECTION("it is a file") {
    std::filesystem::remove_all(folder / "stories");
    testing::WriteFile(folder / "stories", "text");
  }
  CheckBuiltAgain(folder);
}

TEST_CASE("damage that a search meets is an error, and the next start opens the index empty",
          "[index]") {
  const TempFolder folder;
  {
    Bench bench(OpenIn(folder));
    bench.Put({Story(1, "The mill", "old")});
    const auto table = folder / "stories/postlist.glass";
    testing::WriteFile(table, std::string(std::filesystem::file_size(table), '\xff'));
    const auto answer = bench.Index().Query(Bench::Ask("mill"));
    REQUIRE(!answer);
    CHECK(answer.error().code == ErrorCode::kInternal);
  }
  CheckBuiltAgain(folder);
}

TEST_CASE("an index that another writer holds is left alone", "[index]") {
  const TempFolder folder;
  PutOne(folder);
  {
    const auto first = OpenIn(folder);
    const auto second = OpenXapianIndex({folder.Path()});
    REQUIRE(!second);
    CHECK(second.error().code == ErrorCode::kUnavailable);
  }
  CHECK(Bench(OpenIn(folder)).Find("mill") == std::vector{IdOf(1)});
}

TEST_CASE("a directory that cannot be made is a clear refusal", "[index]") {
  const TempFolder folder;
  testing::WriteFile(folder / "file", "");
  const auto index = OpenXapianIndex({folder / "file/index"});
  REQUIRE(!index);
  CHECK(index.error().code == ErrorCode::kUnavailable);
}

TEST_CASE("a process that dies leaves the newest commit, position and stories agreeing",
          "[index]") {
  const TempFolder folder;
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    Bench bench(OpenIn(folder));
    bench.Put({Story(1, "The mill", "")});
    const Status staged =
        bench.Index().Apply({PutStory{Story(2, "The mill", ""), 2}}, {"epoch", 2});
    _exit(staged ? 0 : 1);  // Without closing anything.
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WEXITSTATUS(status) == 0);
  Bench bench(OpenIn(folder));
  CHECK(bench.Index().Committed().value() == Position{"epoch", 1});
  CHECK(bench.Find("mill") == std::vector{IdOf(1)});
}

TEST_CASE("a batch over Xapian's own flush threshold is not seen before the commit", "[index]") {
  const TempFolder folder;
  Bench bench(OpenIn(folder));
  std::vector<IndexOperation> drops;
  for (int i = 0; i < 10'500; ++i) drops.push_back(DropStory{contract::kTenant, IdOf(i), 1});
  drops.push_back(PutStory{Story(1, "The mill", ""), 2});
  REQUIRE(bench.Index().Apply(drops, {"epoch", 1}));
  CHECK(Xapian::Database((folder / "stories").string()).get_doccount() == 0);
  REQUIRE(bench.Index().Commit());
  CHECK(bench.Find("mill") == std::vector{IdOf(1)});
}

TEST_CASE("a search over its time says that it may work later", "[index]") {
  const TempFolder folder;
  PutOne(folder);
  const auto index = OpenXapianIndex({folder.Path(), std::chrono::milliseconds(0)}).value();
  for (const char* text : {"", "mill", "\"the mill\"", "mi", "-river"}) {
    CAPTURE(text);
    const auto answer = index->Query(Bench::Ask(text));
    REQUIRE(!answer);
    CHECK(answer.error().code == ErrorCode::kUnavailable);
  }
}

TEST_CASE("searches go on while commits and clearing happen under them", "[index]") {
  const TempFolder folder;
  Bench bench(OpenIn(folder));
  bench.Put({Story(0, "The mill", "")});
  std::atomic<bool> done = false;
  std::atomic<int> failed = 0;
  std::atomic<int> asked = 0;
  {
    std::vector<std::jthread> readers;
    for (int r = 0; r < 3; ++r) {
      readers.emplace_back([&] {
        while (!done) {
          for (const char* text : {"mill", "walk", ""}) {
            failed += bench.Index().Query(Bench::Ask(text)).has_value() ? 0 : 1;
            ++asked;
          }
          failed += bench.Index().Committed().has_value() ? 0 : 1;
        }
      });
    }
    for (int i = 1; i <= 40; ++i) {
      if (i == 20) CHECK(bench.Index().Clear());
      bench.Put({Story(i, "The mill", "We walked."), Story(i + 1, "The mill", "We walked.")});
    }
    done = true;
  }
  CHECK(failed == 0);
  CHECK(asked > 0);
  CHECK(bench.Find("walking").size() == 22);
}

}  // namespace
}  // namespace heirloom
