// What the parts of the ChunkIndex contract share.

#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "index/chunk_index.h"
#include "tests/contract/search_index_fixture.h"

namespace heirloom::contract {

inline const EmbeddingModel kModel{"test:model", 4, 100};

// Of length 1, at `degrees` from the first axis, towards the second.
inline Vector At(double degrees) {
  const double radians = degrees * 3.14159265358979323846 / 180;
  return {static_cast<float>(std::cos(radians)), static_cast<float>(std::sin(radians)), 0, 0};
}

inline std::string HashOf(const Vector& vector) {
  std::string hash = "hash";
  for (const float each : vector) hash += ":" + std::to_string(each);
  return hash;
}

// A story with a chunk at each of these angles.
inline StoryChunks Chunks(int number, const std::vector<double>& degrees) {
  StoryChunks chunks;
  chunks.story = Story(number, "", "");
  std::size_t begin = 0;
  for (const double each : degrees) {
    chunks.chunks.push_back({begin, begin + 90, HashOf(At(each)), At(each)});
    begin += 100;
  }
  return chunks;
}

// An index with a caller that counts its outbox.
class ChunkBench {
 public:
  // With an empty generation of kModel, when there is none.
  explicit ChunkBench(std::unique_ptr<ChunkIndex> index) : index_(std::move(index)) {
    if (index_->Committed().value()) return;
    Adopt(kModel);
  }

  void Adopt(const EmbeddingModel& model) {
    auto generation = index_->StartGeneration(model).value();
    Require(generation->Apply({}, {"epoch", sequence_}));
    Require(generation->Commit());
    Require(index_->Adopt(std::move(generation)));
  }

  ChunkIndex& Index() { return *index_; }

  // Puts and commits.
  void Put(std::vector<StoryChunks> stories, std::int64_t version = 1) {
    std::vector<ChunkOperation> operations;
    for (StoryChunks& story : stories) operations.push_back(PutChunks{std::move(story), version});
    Apply(operations);
  }
  void Apply(const std::vector<ChunkOperation>& operations) {
    Require(index_->Apply(operations, {"epoch", ++sequence_}));
    Require(index_->Commit());
  }

  static ChunkQuery Ask(double degrees) {
    ChunkQuery query;
    query.tenant_id = kTenant;
    query.readers = {kReader};
    query.model = kModel.id;
    query.vector = At(degrees);
    return query;
  }

  std::vector<Id> Find(const ChunkQuery& query) {
    const std::vector<ChunkHit> hits = index_->Knn(query).value();
    std::vector<Id> ids;
    for (const ChunkHit& hit : hits) ids.push_back(hit.id);
    return ids;
  }
  std::vector<Id> Find(double degrees) { return Find(Ask(degrees)); }

 private:
  static void Require(const Status& done) {
    if (!done) throw std::runtime_error(done.error().message);
  }

  std::unique_ptr<ChunkIndex> index_;
  std::int64_t sequence_ = 0;
};

}  // namespace heirloom::contract
