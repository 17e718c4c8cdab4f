#include "index/faiss/faiss_index.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <thread>

#include "index/faiss/vector_set.h"
#include "tests/contract/chunk_index_contract.h"
#include "tests/contract/chunk_index_fixture.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

using contract::At;
using contract::ChunkBench;
using contract::Chunks;
using contract::HashOf;
using contract::IdOf;
using contract::kModel;
using contract::kTenant;
using faiss_index::Places;
using faiss_index::VectorSet;
using testing::TempFolder;

std::unique_ptr<ChunkIndex> OpenIn(const TempFolder& folder, const Clock& clock) {
  return OpenFaissIndex({.file = folder / "vectors.db"}, clock).value();
}

// Repeatable numbers without a library's whims.
class Numbers {
 public:
  float Next() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<float>(static_cast<double>(state_ >> 33) / 4294967296.0 - 0.25);
  }
  Vector OfLength1(std::size_t dimensions) {
    Vector vector(dimensions);
    float squares = 0;
    for (float& each : vector) {
      each = Next();
      squares += each * each;
    }
    for (float& each : vector) each /= std::sqrt(squares);
    return vector;
  }

 private:
  std::uint64_t state_ = 42;
};

TEST_CASE("FaissIndex keeps the ChunkIndex contract", "[contract][index]") {
  const TempFolder folder;
  testing::ManualClock clock;
  contract::CheckChunkIndex([&] { return OpenIn(folder, clock); });
}

TEST_CASE("a damaged file of vectors is replaced by an empty one") {
  const TempFolder folder;
  testing::ManualClock clock;
  { ChunkBench(OpenIn(folder, clock)).Put({Chunks(1, {0})}); }
  for (const char* suffix : {"", "-wal"}) {
    std::ofstream(folder / ("vectors.db" + std::string(suffix)), std::ios::binary)
        << std::string(8192, 'x');
  }
  ChunkBench bench(OpenIn(folder, clock));
  CHECK(bench.Find(0).empty());
  bench.Put({Chunks(2, {0})});
  CHECK(bench.Find(0) == std::vector{IdOf(2)});
}

TEST_CASE("vectors that no story uses are forgotten, and those that one does are not") {
  const TempFolder folder;
  testing::ManualClock clock;
  ChunkBench bench(OpenIn(folder, clock));
  bench.Put({Chunks(1, {0}), Chunks(2, {90})});
  bench.Put({Chunks(1, {45})}, 2);  // Lets go of the one at 0.
  const std::int64_t later = clock.Now().micros + 1;
  const auto known = [&] {
    return bench.Index()
        .Known(kModel.id, {HashOf(At(0)), HashOf(At(45)), HashOf(At(90))})
        .value()
        .size();
  };
  REQUIRE(bench.Index().Sweep(clock.Now().micros, 0));
  CHECK(known() == 3);
  REQUIRE(bench.Index().Sweep(later, 0));
  CHECK(known() == 2);
}

TEST_CASE("searches go on while stories are put, dropped and built again") {
  const TempFolder folder;
  testing::ManualClock clock;
  ChunkBench bench(OpenIn(folder, clock));
  bench.Put({Chunks(1, {0})});
  std::atomic<bool> done = false;
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> searchers;
  for (int i = 0; i < 3; ++i) {
    searchers.emplace_back([&] {
      while (!done) {
        const auto hits = bench.Index().Knn(ChunkBench::Ask(0));
        if (!hits || hits->empty() || hits->front().id != IdOf(1)) ++wrong;
      }
    });
  }
  for (int round = 0; round < 30; ++round) {
    bench.Put({Chunks(2, {40, 50}), Chunks(3, {60})}, 2 * round + 1);
    bench.Apply({DropChunks{kTenant, IdOf(2), 2 * round + 2, 0}});
    if (round % 10 != 9) continue;
    auto next = bench.Index().StartGeneration(kModel).value();
    REQUIRE(next->Apply({PutChunks{Chunks(1, {0}), 1}}, {"epoch", 1}));
    REQUIRE(next->Commit());
    REQUIRE(bench.Index().Adopt(std::move(next)));
  }
  done = true;
  searchers.clear();
  CHECK(wrong == 0);
}

// By hand, for comparison: places, nearest first.
std::vector<std::size_t> LookAtEach(const std::vector<Vector>& vectors, const Vector& query,
                                    const std::vector<std::size_t>& taking_part,
                                    std::size_t count) {
  std::vector<std::pair<double, std::size_t>> ranked;
  for (const std::size_t place : taking_part) {
    double product = 0;
    for (std::size_t i = 0; i < query.size(); ++i) product += query[i] * vectors[place][i];
    ranked.emplace_back(-product, place);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::size_t> places;
  for (const auto& [product, place] : ranked) places.push_back(place);
  places.resize(std::min(count, places.size()));
  return places;
}

TEST_CASE("a place that takes part for two reasons takes part once") {
  VectorSet set(2);
  for (const Vector& each : {Vector{1, 0}, Vector{0, 1}}) REQUIRE(set.Add(each) < 2);
  Places places;
  for (const std::size_t place : {1, 0, 1, 1}) places.Add(place);
  CHECK(places.count() == 2);
  const Vector query{0, 1};
  std::vector<std::size_t> found;
  for (const auto& each : set.Search(query, 10, places)) found.push_back(each.place);
  CHECK(found == std::vector<std::size_t>{1, 0});
}

TEST_CASE("a search finds exactly the nearest of those that take part, however large the set") {
  constexpr std::size_t kDimensions = 16;
  constexpr std::size_t kCount = 40'000;
  Numbers numbers;
  VectorSet set(kDimensions);
  std::vector<Vector> vectors;
  for (std::size_t i = 0; i < kCount; ++i) {
    vectors.push_back(numbers.OfLength1(kDimensions));
    REQUIRE(set.Add(vectors.back()) == i);
  }
  for (std::size_t i = 0; i < kCount; i += 10) set.Remove(i);
  const std::size_t place = set.Add(numbers.OfLength1(kDimensions));
  CHECK(place % 10 == 0);
  CHECK(set.size() == kCount - kCount / 10 + 1);
  for (const std::size_t part : {1, 2, 20}) {
    Places places;
    std::vector<std::size_t> taking_part;
    for (std::size_t i = 0; i < kCount; ++i) {
      if (i % 10 == 0 || i % part != part - 1) continue;
      places.Add(i);
      taking_part.push_back(i);
    }
    for (int round = 0; round < 5; ++round) {
      const Vector query = numbers.OfLength1(kDimensions);
      std::vector<std::size_t> found;
      for (const auto& each : set.Search(query, 30, places)) found.push_back(each.place);
      CHECK(found == LookAtEach(vectors, query, taking_part, 30));
    }
  }
}

}  // namespace
}  // namespace heirloom
