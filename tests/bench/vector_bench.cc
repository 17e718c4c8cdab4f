// What it costs to find the nearest of 50,000 vectors of 384 numbers, for a reader of all and for
// one who may see 5 % of them: ChunkIndex on FAISS beside hnswlib, on the same vectors in the same
// run. Prints recall@10 against looking at each vector, and searches per second of processor time;
// asserts nothing, since machines differ.
//
//   vector_bench FOLDER [VECTORS] [SEARCHES]

#include <hnswlib/hnswlib.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/log.h"
#include "index/faiss/faiss_index.h"

namespace heirloom {
namespace {

constexpr std::size_t kDimensions = 384;
constexpr std::size_t kWanted = 10;
constexpr std::size_t kOneIn = 20;  // So many may see what everybody may not.
constexpr std::size_t kSpread = 500;
const EmbeddingModel kModel{"bench", kDimensions, 256};

using Nearest = std::vector<std::size_t>;

// Around some hundred themes, as texts are.
class Vectors {
 public:
  Vectors() {
    for (std::size_t i = 0; i < kSpread; ++i) themes_.push_back(Around({}, 1));
  }
  Vector Next() { return Around(themes_[engine_() % kSpread], 1); }

 private:
  Vector Around(const Vector& center, float spread) {
    Vector vector(kDimensions);
    float squares = 0;
    for (std::size_t i = 0; i < kDimensions; ++i) {
      vector[i] = spread * normal_(engine_) / std::sqrt(static_cast<float>(kDimensions));
      if (!center.empty()) vector[i] += center[i];
      squares += vector[i] * vector[i];
    }
    for (float& each : vector) each /= std::sqrt(squares);
    return vector;
  }

  std::mt19937 engine_{11};
  std::normal_distribution<float> normal_;
  std::vector<Vector> themes_;
};

double Product(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < kDimensions; ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

std::vector<Nearest> LookAtEach(const std::vector<Vector>& vectors,
                                const std::vector<Vector>& queries, std::size_t step) {
  std::vector<Nearest> all;
  for (const Vector& query : queries) {
    std::vector<std::pair<double, std::size_t>> ranked;
    for (std::size_t i = 0; i < vectors.size(); i += step) {
      ranked.emplace_back(-Product(query, vectors[i]), i);
    }
    std::partial_sort(ranked.begin(), ranked.begin() + kWanted, ranked.end());
    Nearest nearest;
    for (std::size_t i = 0; i < kWanted; ++i) nearest.push_back(ranked[i].second);
    all.push_back(std::move(nearest));
  }
  return all;
}

double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

struct Figures {
  double recall = 0;
  double rate = 0;
};

// Searches per second of processor time, of all threads.
Figures Measure(const std::string& name, const std::vector<Vector>& queries,
                const std::vector<Nearest>& expected,
                const std::function<Nearest(const Vector&)>& search) {
  for (std::size_t i = 0; i < queries.size() / 10; ++i) (void)search(queries[i]);  // Warm.
  std::vector<double> times;
  std::size_t right = 0;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const double begun = CpuSeconds();
    const Nearest found = search(queries[i]);
    times.push_back(CpuSeconds() - begun);
    const std::set<std::size_t> wanted(expected[i].begin(), expected[i].end());
    for (const std::size_t each : found) right += wanted.contains(each) ? 1 : 0;
  }
  double sum = 0;
  for (const double each : times) sum += each;
  std::sort(times.begin(), times.end());
  const Figures figures{static_cast<double>(right) / static_cast<double>(queries.size() * kWanted),
                        static_cast<double>(times.size()) / sum};
  std::printf("%-42s recall@10 %.4f  %8.0f searches/CPU-s  p50 %7.3f ms  p99 %7.3f ms\n",
              name.c_str(), figures.recall, figures.rate, times[times.size() / 2] * 1e3,
              times[times.size() * 99 / 100] * 1e3);
  return figures;
}

void Need(const Status& status) {
  if (!status) Panic(status.error().message);
}

std::unique_ptr<ChunkIndex> Fill(const std::filesystem::path& folder, const Clock& clock,
                                 const std::vector<Vector>& vectors) {
  auto index = OpenFaissIndex({.file = folder / "vectors.db"}, clock).value();
  auto generation = index->StartGeneration(kModel).value();
  std::vector<ChunkOperation> batch;
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    StoryChunks chunks;
    chunks.story.tenant_id = "t";
    chunks.story.id = std::to_string(i);
    chunks.story.legacy_id = "l";
    chunks.story.readers = {"all"};
    if (i % kOneIn == 0) chunks.story.readers.emplace_back("few");
    chunks.chunks.push_back({0, 1, std::to_string(i), vectors[i]});
    batch.emplace_back(PutChunks{std::move(chunks), 1});
    if (batch.size() < 2'000 && i + 1 < vectors.size()) continue;
    Need(generation->Apply(batch, {"epoch", 1}));
    Need(generation->Commit());
    batch.clear();
  }
  Need(index->Adopt(std::move(generation)));
  return index;
}

Nearest Ask(const ChunkIndex& index, const Vector& query, const char* reader) {
  ChunkQuery asked;
  asked.tenant_id = "t";
  asked.readers = {reader};
  asked.model = kModel.id;
  asked.vector = query;
  asked.limit = kWanted;
  const auto hits = index.Knn(asked);
  if (!hits) Panic(hits.error().message);
  Nearest nearest;
  for (const ChunkHit& hit : *hits) nearest.push_back(std::stoul(hit.id));
  return nearest;
}

Nearest Ask(const hnswlib::HierarchicalNSW<float>& graph, const Vector& query) {
  auto queue = graph.searchKnn(query.data(), kWanted);
  Nearest nearest;
  for (; !queue.empty(); queue.pop()) nearest.push_back(queue.top().second);
  return nearest;
}

int Run(const std::filesystem::path& folder, std::size_t count, std::size_t searches) {
  Vectors source;
  std::vector<Vector> vectors, queries;
  std::generate_n(std::back_inserter(vectors), count, [&] { return source.Next(); });
  std::generate_n(std::back_inserter(queries), searches, [&] { return source.Next(); });
  std::filesystem::create_directories(folder);
  const SystemClock clock;
  const auto index = Fill(folder, clock, vectors);
  hnswlib::InnerProductSpace space(kDimensions);
  hnswlib::HierarchicalNSW<float> graph(&space, count, 16, 200);
  const double begun = CpuSeconds();
  for (std::size_t i = 0; i < count; ++i) graph.addPoint(vectors[i].data(), i);
  std::printf("%zu vectors of %zu numbers; hnswlib (M 16) took %.1f CPU-s to build\n", count,
              kDimensions, CpuSeconds() - begun);

  for (const std::size_t step : {std::size_t{1}, kOneIn}) {
    const bool few = step > 1;
    const std::vector<Nearest> expected = LookAtEach(vectors, queries, step);
    if (few) {
      // How it leaves out what may not be seen: by marks, in the index itself.
      for (std::size_t i = 0; i < count; ++i) {
        if (i % step != 0) graph.markDelete(i);
      }
    }
    const std::string who = few ? ", 5 % may be seen" : ", all may be seen";
    const Figures ours =
        Measure("ChunkIndex, FAISS" + who, queries, expected,
                [&](const Vector& query) { return Ask(*index, query, few ? "few" : "all"); });
    for (const std::size_t width : {50, 200, 800}) {
      graph.setEf(width);
      const Figures theirs =
          Measure("hnswlib, ef " + std::to_string(width) + who, queries, expected,
                  [&](const Vector& query) { return Ask(graph, query); });
      std::printf("  ChunkIndex against it: %.3f of its searches, recall %+.4f\n",
                  ours.rate / theirs.rate, ours.recall - theirs.recall);
    }
  }
  return 0;
}

}  // namespace
}  // namespace heirloom

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: vector_bench FOLDER [VECTORS] [SEARCHES]\n");
    return 2;
  }
  const auto number = [&](int index, unsigned long otherwise) {
    return argc > index ? std::strtoul(argv[index], nullptr, 10) : otherwise;
  };
  return heirloom::Run(argv[1], number(2, 50'000), number(3, 500));
}
