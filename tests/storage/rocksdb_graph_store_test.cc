#include "storage/rocksdb/rocksdb_graph_store.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/contract/graph_store_contract.h"
#include "tests/contract/graph_store_fixture.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

using contract::Edge;
using contract::GraphBench;
using contract::kSpace;
using contract::Names;
using contract::Node;
using testing::TempFolder;

std::unique_ptr<GraphStore> Open(const std::filesystem::path& folder) {
  auto opened = OpenRocksDbGraphStore({.directory = folder});
  INFO((opened ? "" : opened.error().message));
  REQUIRE(opened);
  return std::move(*opened);
}

// A child that applies batches for ever, and tells of each sequence that was acknowledged.
pid_t StartWriter(const std::filesystem::path& folder, int tell) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  auto opened = OpenRocksDbGraphStore({.directory = folder});
  if (!opened) ::_exit(1);
  const auto reached = (*opened)->Reached().value();
  for (std::int64_t sequence = reached ? reached->sequence + 1 : 1;; ++sequence) {
    const std::string number = std::to_string(sequence);
    const Status applied =
        (*opened)->Apply({Node("n" + number, sequence), Edge("hub", "n" + number, sequence),
                          Edge("n" + number, "m" + number, sequence)},
                         {"epoch", sequence});
    if (!applied) ::_exit(1);
    if (::write(tell, &sequence, sizeof sequence) != sizeof sequence) ::_exit(1);
  }
}

// Overwrites the middle of every file that `wanted` accepts.
template <typename Wanted>
int Damage(const std::filesystem::path& folder, const Wanted& wanted) {
  int damaged = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || !wanted(entry.path())) continue;
    const auto size = static_cast<std::streamoff>(entry.file_size());
    if (size < 16) continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(size / 4);
    file << std::string(static_cast<std::size_t>(size / 2), '\x5a');
    ++damaged;
  }
  return damaged;
}

}  // namespace

TEST_CASE("RocksDB keeps the GraphStore contract", "[contract][graph]") {
  const TempFolder folder;
  contract::CheckGraphStore([&] { return Open(folder / "graph"); });
}

TEST_CASE("RocksDB answers as the model does", "[contract][graph]") {
  const TempFolder folder;
  contract::CheckGraphStoreAgainstModel([&] { return Open(folder / "graph"); }, 40);
}

TEST_CASE("a graph whose process is killed has what was acknowledged, and no half", "[graph]") {
  const TempFolder folder;
  std::int64_t acknowledged = 0;
  for (int round = 0; round < 5; ++round) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const pid_t child = StartWriter(folder / "graph", ends[1]);
    ::close(ends[1]);
    for (int told = 0; told < 20 + 7 * round; ++told) {
      REQUIRE(::read(ends[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged);
    }
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
    while (::read(ends[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged) {
    }
    ::close(ends[0]);

    GraphBench bench(Open(folder / "graph"));
    const std::int64_t reached = bench.Store().Reached().value()->sequence;
    CHECK(reached >= acknowledged);
    CHECK(reached <= acknowledged + 1);
    // A node and two edges of each batch up to the position, and of no other.
    CHECK(bench.Everything().size() == static_cast<std::size_t>(reached) * 3);
    CHECK(bench.Has("n" + std::to_string(reached)));
    CHECK_FALSE(bench.Has("n" + std::to_string(reached + 1)));
  }
}

// Ids of both kinds that are stored otherwise, mixed in their order.
std::string NeighbourId(unsigned number) {
  std::array<char, 40> text;
  std::snprintf(text.data(), text.size(), "0190b0aa-%04x-7", number);
  return text.data() + std::string(number % 3 == 0 ? "000-8000-000000000001" : "");
}

TEST_CASE("a walk sees what neighbours say, however many there are and however they changed",
          "[graph]") {
  const TempFolder folder;
  GraphBench bench(Open(folder.Path()));
  const auto compare = [&] {
    const Names edges = bench.Edges("hub");
    Names expected;
    for (const std::string& edge : edges) expected.push_back(edge.substr(edge.find('>') + 1));
    CHECK(bench.Around(GraphBench::From("hub", 1)) == expected);
    for (const std::string& id : expected) {
      CHECK(bench.Around(GraphBench::From(id, 1)) == Names{"hub"});
    }
    return expected.size();
  };
  testing::SeededRandom random(3);
  constexpr unsigned kIds = 400;
  if (GENERATE(false, true)) {
    // As it is when it was built beside another: more than stand in one piece.
    std::vector<GraphOperation> all;
    for (unsigned i = 0; i < kIds; ++i) all.emplace_back(Edge("hub", NeighbourId(i), 1));
    auto next = bench.Store().StartGeneration().value();
    REQUIRE(next->Apply(all));
    REQUIRE(bench.Store().Adopt(std::move(next), {"epoch", 1}));
    CHECK(compare() == kIds);
  }
  for (std::int64_t round = 2; round < 40; ++round) {
    std::vector<GraphOperation> operations;
    const auto ids = random.Below(60) + 1;
    for (std::uint64_t i = 0; i < ids; ++i) {
      const std::string other = NeighbourId(static_cast<unsigned>(random.Below(kIds)));
      // First more are put than dropped, then the other way round.
      if (random.Below(10) < (round < 20 ? 8 : 2)) {
        operations.emplace_back(Edge("hub", other, round));
      } else {
        operations.emplace_back(contract::NoEdge("hub", other, round));
      }
    }
    bench.Apply(operations);
    if (round % 8 == 0) compare();
  }
  CHECK(compare() > 0);
  std::vector<GraphOperation> operations;
  for (unsigned i = 0; i < kIds; ++i) {
    operations.emplace_back(contract::NoEdge("hub", NeighbourId(i), 100));
  }
  bench.Apply(operations);
  CHECK(compare() == 0);
  bench.Apply({Edge("hub", NeighbourId(200), 101), Edge("hub", NeighbourId(7), 102)});
  CHECK(compare() == 2);
}

TEST_CASE("who reads while a batch is applied sees all of it or nothing", "[graph]") {
  const TempFolder folder;
  GraphBench bench(Open(folder / "graph"));
  std::atomic<bool> done = false;
  std::atomic<int> halves = 0;
  std::jthread reader([&] {
    while (!done) {
      const NeighbourQuery query{kSpace, "a", GraphDirection::kBoth, {}, 500, ""};
      halves += bench.Store().Neighbours(query).value().edges.size() % 2 == 0 ? 0 : 1;
    }
  });
  for (int i = 1; i <= 100; ++i) {
    const std::string other = "n" + std::to_string(i);
    bench.Apply({Edge("a", other, i), Edge(other, "a", i)});
  }
  done = true;
  reader.join();
  CHECK(halves == 0);
  CHECK(bench.Edges("a").size() == 200);
}

TEST_CASE("a graph that is damaged is opened empty, to be built again", "[graph]") {
  const TempFolder folder;
  {
    GraphBench bench(Open(folder / "graph"));
    bench.Apply({Node("a", 1), Edge("a", "b", 1)});
  }
  SECTION("its manifest") {
    REQUIRE(Damage(folder / "graph", [](const std::filesystem::path& path) {
              return path.filename().string().starts_with("MANIFEST");
            }) > 0);
  }
  SECTION("a file that is no folder in its place") {
    std::filesystem::remove_all(folder / "graph");
    testing::WriteFile(folder / "graph", "something");
  }
  SECTION("found out before, while it was read") {
    testing::WriteFile(folder / "graph/DAMAGED", "");
  }
  for (int again = 0; again < 2; ++again) {
    GraphBench bench(Open(folder / "graph"));
    CHECK(bench.Has("a") == (again == 1));
    bench.Apply({Node("a", 1)});
  }
}

TEST_CASE("damage that shows while it is read is an error, and the next start begins afresh",
          "[graph]") {
  const TempFolder folder;
  {
    GraphBench bench(Open(folder / "graph"));
    for (int batch = 0; batch < 50; ++batch) {
      std::vector<GraphOperation> operations;
      for (int i = 0; i < 500; ++i) {
        const std::string id = "n" + std::to_string(batch) + "x" + std::to_string(i);
        operations.emplace_back(Node(id, 1, "Story", {{"text", std::string(500, 'x')}}));
      }
      bench.Apply(operations);
    }
  }
  REQUIRE(Damage(folder / "graph",
                 [](const std::filesystem::path& path) { return path.extension() == ".sst"; }) > 0);
  {
    auto opened = OpenRocksDbGraphStore({.directory = folder / "graph"});
    REQUIRE(opened);
    if ((*opened)->Reached().value()) {
      Result<ScannedPage> page = (*opened)->Scan("", 10'000);
      while (page && !page->next.empty()) page = (*opened)->Scan(page->next, 10'000);
      REQUIRE_FALSE(page);
      CHECK(page.error().code == ErrorCode::kInternal);
    }
  }
  GraphBench bench(Open(folder / "graph"));
  CHECK(bench.Store().Reached().value() == std::nullopt);
  CHECK(bench.Everything().empty());
}

TEST_CASE("a graph of another schema is removed, and one that is open elsewhere is refused",
          "[graph]") {
  const TempFolder folder;
  std::filesystem::create_directories(folder / "graph/graph-v0");
  testing::WriteFile(folder / "graph/graph-v0/CURRENT", "old");
  const auto open = Open(folder / "graph");
  CHECK_FALSE(std::filesystem::exists(folder / "graph/graph-v0"));
  const auto second = OpenRocksDbGraphStore({.directory = folder / "graph"});
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::kUnavailable);
}

}  // namespace heirloom
