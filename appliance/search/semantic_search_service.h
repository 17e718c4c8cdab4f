#pragma once

#include <string>

#include "appliance/domain/principal.h"
#include "appliance/legacies/legacy_service.h"
#include "appliance/search/indexer.h"
#include "appliance/search/search_service.h"
#include "appliance/stories/story_lookup_service.h"
#include "index/chunk_index.h"
#include "index/embedder.h"

namespace heirloom {

// Finds stories by what they mean: those with a passage near to the question, however it is worded.
// As SearchService, every story that the index proposes is read from the truth and passes the
// policy and the filters again. Its pages are cut from the nearest kMaxFound stories, asked anew
// for each. Thread-safe.
class SemanticSearchService {
 public:
  static constexpr std::size_t kMaxFound = 200;

  // `chunks` and `embedder` may be missing together: then every search says what to do about it.
  SemanticSearchService(const ChunkIndex* chunks, Embedder* embedder, Indexer* indexer,
                        StoryLookupService& stories, LegacyService& legacies)
      : chunks_(chunks),
        embedder_(embedder),
        indexer_(indexer),
        stories_(stories),
        legacies_(legacies) {}

  // kInvalidArgument without words. kUnavailable, in the embedder's words, while it is.
  Result<FoundPage> Search(const Principal& who, const SearchRequest& request);

 private:
  Result<std::vector<ChunkHit>> Propose(const Principal& who, const SearchRequest& request);

  const ChunkIndex* chunks_;
  Embedder* embedder_;
  Indexer* indexer_;
  StoryLookupService& stories_;
  LegacyService& legacies_;
};

}  // namespace heirloom
