#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "index/chunk_index.h"
#include "index/embedder.h"
#include "index/story_index.h"

namespace heirloom {

// Makes a ChunkIndex of stories: cuts what it is given into chunks, embeds those whose words are
// new and puts them there. So that an Indexer keeps it as it keeps the index of words. Vectors are
// remembered as they are made: whatever ends the work half-way, they are not made twice.
//
// As StoryIndex promises; also kUnavailable, in the embedder's words, while the embedder is. An
// index of another model than the embedder's counts as empty: it is built again.
class EmbeddingIndex final : public StoryIndex {
 public:
  EmbeddingIndex(ChunkIndex& chunks, Embedder& embedder) : chunks_(chunks), embedder_(embedder) {}

  Status Apply(const std::vector<IndexOperation>& operations, const Position& position) override;
  Status Commit() override { return chunks_.Commit(); }
  Result<std::optional<Position>> Committed() const override;
  Result<IndexedPage> Scan(const std::string& after, std::size_t limit) const override {
    return chunks_.Scan(after, limit);
  }
  Result<std::size_t> Sweep(std::int64_t before, std::int64_t passed) override {
    return chunks_.Sweep(before, passed);
  }
  Result<std::unique_ptr<SearchGeneration>> StartGeneration() override;
  Status Adopt(std::unique_ptr<SearchGeneration> generation) override;

  // From now on whatever embeds ends soon, with kUnavailable. Thread-safe.
  void CallOff() { called_off_ = true; }

  // Texts that were given to the embedder, and how many chunks were known. Thread-safe.
  std::int64_t embedded() const { return embedded_; }
  std::int64_t reused() const { return reused_; }

 private:
  class Generation;

  template <typename T>
  using ByHash = std::map<std::string, T>;

  Result<std::vector<ChunkOperation>> Embed(const std::vector<IndexOperation>& operations);
  Result<ByHash<Vector>> VectorsOf(const ByHash<std::string>& texts);
  Result<ByHash<Vector>> Make(const EmbeddingModel& model, const ByHash<std::string>& texts,
                              std::span<const std::string> hashes);

  ChunkIndex& chunks_;
  Embedder& embedder_;
  std::atomic<bool> called_off_ = false;
  std::atomic<std::int64_t> embedded_ = 0;
  std::atomic<std::int64_t> reused_ = 0;
};

// Names words for good, and whose: equal words of two tenants have nothing in common.
std::string ContentHashOf(const std::string& tenant_id, const std::string& embedded);

}  // namespace heirloom
