#pragma once

#include <memory>

#include "appliance/legacies/legacy_service.h"
#include "appliance/operations/health_service.h"
#include "appliance/search/indexer.h"
#include "appliance/search/semantic_search_service.h"
#include "appliance/stories/story_feed_service.h"
#include "appliance/stories/story_lookup_service.h"
#include "appliance/telemetry/metrics.h"
#include "appliance/wiring/vectors.h"
#include "storage/database.h"

namespace heirloom {

// Search by meaning in a daemon: its stores, what keeps them, and what is seen of them. What is
// passed must outlive it.
class SemanticSearch {
 public:
  SemanticSearch(Vectors vectors, Database& database, StoryFeedService& feed, const Clock& clock,
                 IndexerTraits traits);

  bool on() const { return vectors_.on(); }
  void Start();
  void Stop();

  // Must not outlive this, nor what is passed.
  SemanticSearchService NewService(StoryLookupService& lookup, LegacyService& legacies);
  Indexer* indexer() const { return indexer_.get(); }
  StoryIndex* index() { return vectors_.index.get(); }

  // Whether texts can be embedded; loads the model when it is asked first.
  CheckResult CheckEmbedder();
  void AddMetrics(Metrics& metrics);

 private:
  Vectors vectors_;
  std::unique_ptr<Indexer> indexer_;
};

}  // namespace heirloom
