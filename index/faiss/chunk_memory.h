#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "index/chunk_index.h"
#include "index/faiss/chunk_filter.h"
#include "index/faiss/vector_set.h"

namespace heirloom::faiss_index {

// One generation as searches read it: made from what lies on disk, and told of each commit after.
// Searches may run at once; whatever changes it runs alone.
class ChunkMemory {
 public:
  explicit ChunkMemory(const EmbeddingModel& model) : model_(model), vectors_(model.dimensions) {}

  const EmbeddingModel& model() const { return model_; }
  std::size_t chunks() const { return vectors_.size(); }

  void Put(const StoryChunks& chunks);
  void Drop(const std::string& tenant_id, const Id& id);

  std::vector<ChunkHit> Nearest(const ChunkQuery& query) const;

 private:
  struct KeptStory {
    StoryTraits traits;
    std::vector<std::size_t> places;  // Of its chunks, in order.
  };
  using Stories = std::map<Id, KeptStory>;
  struct Tenant {
    Stories stories;
    // By the terms of their readers: what a reader may not see costs a search nothing.
    std::unordered_map<std::string, std::unordered_set<const KeptStory*>> seen_by;
  };

  // Whose vector stands at a place.
  struct KeptChunk {
    const Stories::value_type* story = nullptr;
    std::uint32_t ordinal = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  std::vector<ChunkHit> Rank(const std::vector<VectorSet::Found>& found) const;

  EmbeddingModel model_;
  VectorSet vectors_;
  std::map<std::string, Tenant> tenants_;
  std::vector<KeptChunk> chunks_;  // By place.
};

}  // namespace heirloom::faiss_index
