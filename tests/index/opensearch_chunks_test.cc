#include "index/opensearch/opensearch_chunks.h"

#include <catch2/catch.hpp>

#include "tests/contract/chunk_index_contract.h"
#include "tests/contract/chunk_index_fixture.h"
#include "tests/index/opensearch_fixture.h"
#include "tests/support/manual_clock.h"

namespace heirloom {
namespace {

using contract::At;
using contract::ChunkBench;
using contract::Chunks;
using contract::HashOf;
using contract::IdOf;
using contract::kModel;
using testing::OpenSearchRoom;

TEST_CASE("OpenSearch keeps the ChunkIndex contract", "[contract][index]") {
  OpenSearchRoom room;
  testing::ManualClock clock;
  contract::CheckChunkIndex([&] { return room.OpenChunks(clock); });
}

TEST_CASE("what is provided for passages beforehand is what the index would make itself",
          "[index]") {
  OpenSearchRoom room;
  testing::ManualClock clock;
  const auto index = room.OpenChunks(clock);
  REQUIRE(index->Provision());
  REQUIRE(index->Provision());
  ChunkBench bench(room.OpenChunks(clock));
  bench.Put({Chunks(1, {0})});
  CHECK(bench.Find(0) == std::vector{IdOf(1)});
  CHECK(room.Ask("PUT", "/" + room.Prefix() + "-chunks-v1-000099").status == 200);
  const std::string stray = "/" + room.Prefix() + "-chunks-v1-000099/_doc";
  CHECK(room.Ask("POST", stray, R"({"unknown": 1})").status == 400);
  room.Ask("DELETE", "/_index_template/" + room.Prefix() + "-chunks-v1");
  room.Ask("DELETE", "/_index_template/" + room.Prefix() + "-vectors-v1");
}

TEST_CASE("another process asks the new generation of passages at once, and a writer hears of it",
          "[index]") {
  OpenSearchRoom room;
  testing::ManualClock clock;
  ChunkBench writer(room.OpenChunks(clock));
  ChunkBench other(room.OpenChunks(clock));
  writer.Put({Chunks(1, {0})});
  CHECK(other.Find(0) == std::vector{IdOf(1)});
  other.Adopt(kModel);
  CHECK(writer.Find(0).empty());
  Status done = writer.Index().Apply({PutChunks{Chunks(2, {0}), 2}}, {"epoch", 2});
  if (done) done = writer.Index().Commit();
  REQUIRE_FALSE(done);
  CHECK(done.error().code == ErrorCode::kUnavailable);
  writer.Put({Chunks(2, {0})});
  CHECK(other.Find(0) == std::vector{IdOf(2)});
}

TEST_CASE("OpenSearch forgets vectors that no story uses, and not those that one does", "[index]") {
  OpenSearchRoom room;
  testing::ManualClock clock;
  ChunkBench bench(room.OpenChunks(clock));
  bench.Put({Chunks(1, {0}), Chunks(2, {90})});
  bench.Put({Chunks(1, {45})}, 2);  // Lets go of the one at 0.
  const std::int64_t now = clock.Now().micros;
  const auto known = [&] {
    return bench.Index()
        .Known(kModel.id, {HashOf(At(0)), HashOf(At(45)), HashOf(At(90))})
        .value()
        .size();
  };
  REQUIRE(bench.Index().Sweep(now, 0));
  CHECK(known() == 3);
  REQUIRE(bench.Index().Sweep(now + 1, 0));
  CHECK(known() == 2);
}

}  // namespace
}  // namespace heirloom
