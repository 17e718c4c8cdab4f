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

namespace fs = std::filesystem;

// Where the database lies that is asked.
fs::path FilesIn(const TempFolder& folder) {
  const fs::path schema = folder / "stories-v3";
  std::string name = testing::ReadFile(schema / "CURRENT");
  name.erase(name.find_last_not_of('\n') + 1);
  return schema / name;
}

std::size_t GenerationsIn(const TempFolder& folder) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(folder / "stories-v3")) {
    count += entry.is_directory() ? 1 : 0;
  }
  return count;
}

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
    Xapian::WritableDatabase database(FilesIn(folder).string());
    database.set_metadata("schema", "stories-v0");
    database.commit();
  }
  CheckBuiltAgain(folder);
}

TEST_CASE("an index that cannot be read is opened empty", "[index]") {
  const TempFolder folder;
  PutOne(folder);
  const fs::path files = FilesIn(folder);
  SECTION("its head is garbage") { testing::WriteFile(files / "iamglass", "garbage"); }
  SECTION("its head is empty") { testing::WriteFile(files / "iamglass", ""); }
  SECTION("a table is missing") { fs::remove(files / "postlist.glass"); }
  SECTION("a table is cut off") { fs::resize_file(files / "postlist.glass", 0); }
  SECTION("it is a file") {
    fs::remove_all(folder / "stories-v3");
    testing::WriteFile(folder / "stories-v3", "text");
  }
  SECTION("nothing says which one it is") { fs::remove(folder / "stories-v3" / "CURRENT"); }
  SECTION("what says which one it is names another place") {
    testing::WriteFile(folder / "stories-v3" / "CURRENT", "../elsewhere\n");
  }
  SECTION("what says which one it is names none that is there") {
    testing::WriteFile(folder / "stories-v3" / "CURRENT", "000077\n");
  }
  CheckBuiltAgain(folder);
}

TEST_CASE("damage that a search meets is an error, and the next start opens the index empty",
          "[index]") {
  const TempFolder folder;
  {
    Bench bench(OpenIn(folder));
    bench.Put({Story(1, "The mill", "old")});
    const fs::path table = FilesIn(folder) / "postlist.glass";
    testing::WriteFile(table, std::string(fs::file_size(table), '\xff'));
    const auto answer = bench.Index().Query(Bench::Ask("mill"));
    REQUIRE(!answer);
    CHECK(answer.error().code == ErrorCode::kInternal);
  }
  CheckBuiltAgain(folder);
}

TEST_CASE("what an earlier schema or a crash left behind is swept away when opened", "[index]") {
  const TempFolder folder;
  PutOne(folder);
  testing::WriteFile(folder / "stories-v3/000099.damaged", "");
  fs::create_directories(folder / "stories-v3/000099");
  fs::create_directories(folder / "stories");
  fs::create_directories(folder / "stories-v1/000001");
  testing::WriteFile(folder / "other.db", "");
  CHECK(Bench(OpenIn(folder)).Find("mill") == std::vector{IdOf(1)});
  CHECK(GenerationsIn(folder) == 1);
  CHECK_FALSE(fs::exists(folder / "stories"));
  CHECK_FALSE(fs::exists(folder / "stories-v1"));
  CHECK_FALSE(fs::exists(folder / "stories-v3/000099.damaged"));
  CHECK(fs::exists(folder / "other.db"));
}

TEST_CASE("a generation's files go with it, adopted ones' predecessor's too", "[index]") {
  const TempFolder folder;
  Bench bench(OpenIn(folder));
  bench.Put({Story(1, "The mill", "")});
  auto next = bench.Index().StartGeneration().value();
  CHECK(GenerationsIn(folder) == 2);
  next.reset();
  CHECK(GenerationsIn(folder) == 1);
  const fs::path before = FilesIn(folder);
  REQUIRE(bench.Index().Adopt(bench.Index().StartGeneration().value()));
  CHECK(GenerationsIn(folder) == 1);
  CHECK(FilesIn(folder) != before);
}

TEST_CASE("a generation that cannot be put in place leaves the old one", "[index]") {
  const TempFolder folder;
  Bench bench(OpenIn(folder));
  bench.Put({Story(1, "The mill", "")});
  auto next = bench.Index().StartGeneration().value();
  // A folder where the new name is to be written.
  fs::create_directories(folder / "stories-v3/CURRENT.new");
  const Status adopted = bench.Index().Adopt(std::move(next));
  REQUIRE(!adopted);
  CHECK(adopted.error().code == ErrorCode::kUnavailable);
  CHECK(bench.Find("mill") == std::vector{IdOf(1)});
  bench.Put({Story(2, "The mill", "")});
  CHECK(bench.Find("mill").size() == 2);
  CHECK(GenerationsIn(folder) == 2);  // Ours, and the one in the way.
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
  CHECK(Xapian::Database(FilesIn(folder).string()).get_doccount() == 0);
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

TEST_CASE("searches go on while commits and new generations happen under them", "[index]") {
  const TempFolder folder;
  Bench bench(OpenIn(folder));
  bench.Put({Story(0, "The mill", "We walked.")});
  std::atomic<bool> done = false;
  std::atomic<int> failed = 0;
  std::atomic<int> asked = 0;
  {
    std::vector<std::jthread> readers;
    for (int r = 0; r < 3; ++r) {
      readers.emplace_back([&] {
        while (!done) {
          for (const char* text : {"mill", "walk", ""}) {
            const auto hits = bench.Index().Query(Bench::Ask(text));
            failed += hits && !hits->hits.empty() ? 0 : 1;
            ++asked;
          }
          failed += bench.Index().Committed().has_value() ? 0 : 1;
          failed +=
              bench.Index().Complete({contract::kTenant, {contract::kReader}, "mi", 8}) ? 0 : 1;
        }
      });
    }
    for (int i = 1; i <= 40; ++i) {
      bench.Put({Story(i, "The mill", "We walked."), Story(i + 1, "The mill", "We walked.")});
      if (i % 10 != 0) continue;
      auto next = bench.Index().StartGeneration().value();
      REQUIRE(next->Apply({PutStory{Story(0, "The mill", "We walked."), 1}}, {"epoch", 1}));
      REQUIRE(next->Commit());
      REQUIRE(bench.Index().Adopt(std::move(next)));
    }
    done = true;
  }
  CHECK(failed == 0);
  CHECK(asked > 0);
  CHECK(bench.Find("walking").size() == 1);
}

}  // namespace
}  // namespace heirloom
