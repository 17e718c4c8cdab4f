#pragma once

#include <string>
#include <vector>

#include "index/chunk_index.h"

namespace heirloom::faiss_index {

// What of a story decides whether it takes part in a search, ready for comparing.
struct StoryTraits {
  explicit StoryTraits(const StoryDocument& story);

  Id legacy_id;
  StoryStatus status;
  std::vector<std::string> tags;  // By FoldKey, like all below.
  std::string author;
  std::string language;
  std::optional<Edtf> happened_at;
  std::vector<std::string> readers;  // Sorted.
};

// The filters of a query, ready for comparing with many stories.
class ChunkFilter {
 public:
  explicit ChunkFilter(const ChunkQuery& query);
  bool Passes(const StoryTraits& story) const;

 private:
  const ChunkQuery& query_;
  std::vector<std::string> readers_;
  std::vector<std::string> tags_;
  std::string author_;
  std::string language_;
};

}  // namespace heirloom::faiss_index
