// The same random histories through FAISS and OpenSearch: what either finds, the other does.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "index/faiss/faiss_index.h"
#include "tests/contract/chunk_index_fixture.h"
#include "tests/index/opensearch_fixture.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

using contract::ChunkBench;
using contract::IdOf;
using contract::kModel;
using contract::kTenant;

const std::string kOtherTenant = "0190b0aa-0000-7000-8000-00000000000b";

class History {
 public:
  explicit History(unsigned seed) : random_(seed) {}

  std::size_t Below(std::size_t bound) { return random_() % bound; }

  Vector OfLength1() {
    Vector vector(kModel.dimensions);
    double squares = 0;
    while (squares < 0.01) {
      squares = 0;
      for (float& each : vector) {
        each = static_cast<float>(static_cast<double>(Below(2001)) / 1000 - 1);
        squares += static_cast<double>(each) * each;
      }
    }
    for (float& each : vector) each = static_cast<float>(each / std::sqrt(squares));
    return vector;
  }

  ChunkOperation Operation() {
    const int number = static_cast<int>(Below(24));
    const std::string tenant = Below(4) == 0 ? kOtherTenant : kTenant;
    const auto version = static_cast<std::int64_t>(1 + Below(30));
    if (Below(4) == 0) return DropChunks{tenant, IdOf(number), version, 0};
    StoryChunks story;
    story.story = contract::Story(number, "", "");
    story.story.tenant_id = tenant;
    story.story.readers.clear();
    for (const char* reader : {"u:ada", "u:bo", "u:cy"}) {
      if (Below(2) == 0) story.story.readers.emplace_back(reader);
    }
    story.story.status = Below(2) == 0 ? StoryStatus::kDraft : StoryStatus::kPublished;
    if (Below(2) == 0) story.story.tags = {"Bread"};
    for (std::size_t i = Below(4); i > 0; --i) {
      const Vector vector = OfLength1();
      story.chunks.push_back({i * 10, i * 10 + 9, contract::HashOf(vector), vector});
    }
    return PutChunks{std::move(story), version};
  }

  ChunkQuery Query() {
    ChunkQuery query;
    query.tenant_id = Below(4) == 0 ? kOtherTenant : kTenant;
    query.model = kModel.id;
    query.vector = OfLength1();
    for (const char* reader : {"u:ada", "u:bo", "u:cy"}) {
      if (Below(2) == 0) query.readers.emplace_back(reader);
    }
    if (Below(3) == 0) query.statuses = {StoryStatus::kDraft};
    if (Below(3) == 0) query.tags = {"bread"};
    query.limit = 1 + Below(12);
    return query;
  }

 private:
  std::mt19937 random_;
};

void CheckSame(const std::vector<ChunkHit>& left, const std::vector<ChunkHit>& right) {
  REQUIRE(left.size() == right.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    CHECK(left[i].similarity == Approx(right[i].similarity).margin(2e-6));
    // Which of two that are as near comes first may differ.
    const bool close =
        (i > 0 && std::abs(left[i].similarity - left[i - 1].similarity) < 4e-6) ||
        (i + 1 < left.size() && std::abs(left[i].similarity - left[i + 1].similarity) < 4e-6);
    if (close || i + 1 == left.size()) continue;
    CHECK(left[i].id == right[i].id);
    CHECK(left[i].legacy_id == right[i].legacy_id);
    CHECK(left[i].ordinal == right[i].ordinal);
    CHECK(left[i].begin == right[i].begin);
    CHECK(left[i].end == right[i].end);
  }
}

std::vector<std::string> Everything(const ChunkIndex& index) {
  std::vector<std::string> all;
  std::string after;
  do {
    const IndexedPage page = index.Scan(after, 7).value();
    for (const IndexedStory& story : page.stories) {
      all.push_back(story.tenant_id + " " + story.id + " " + std::to_string(story.version));
    }
    after = page.next;
  } while (!after.empty());
  std::sort(all.begin(), all.end());
  return all;
}

TEST_CASE("FAISS and OpenSearch find the same after any history", "[index]") {
  for (const unsigned seed : {1U, 2U, 3U}) {
    const testing::TempFolder folder;
    testing::ManualClock clock;
    testing::OpenSearchRoom room;
    ChunkBench embedded(OpenFaissIndex({.file = folder / "vectors.db"}, clock).value());
    ChunkBench cluster(room.OpenChunks(clock));
    History history(seed);
    for (int round = 0; round < 12; ++round) {
      INFO("seed " << seed << ", round " << round);
      std::vector<ChunkOperation> operations;
      for (std::size_t i = history.Below(12); i > 0; --i) {
        operations.push_back(history.Operation());
      }
      embedded.Apply(operations);
      cluster.Apply(operations);
      if (round == 7) {
        embedded.Adopt(kModel);
        cluster.Adopt(kModel);
      }
      CHECK(embedded.Index().Committed().value()->position ==
            cluster.Index().Committed().value()->position);
      CHECK(Everything(embedded.Index()) == Everything(cluster.Index()));
      for (int i = 0; i < 8; ++i) {
        const ChunkQuery query = history.Query();
        CheckSame(embedded.Index().Knn(query).value(), cluster.Index().Knn(query).value());
      }
    }
  }
}

}  // namespace
}  // namespace heirloom
