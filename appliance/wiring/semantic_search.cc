#include "appliance/wiring/semantic_search.h"

#include <utility>

namespace heirloom {
namespace {

std::unique_ptr<Indexer> MakeIndexer(const Vectors& vectors, Database& database,
                                     StoryFeedService& feed, const Clock& clock,
                                     IndexerTraits traits) {
  if (!vectors.on()) return nullptr;
  return std::make_unique<Indexer>(database, feed, *vectors.index, clock, std::move(traits));
}

}  // namespace

SemanticSearch::SemanticSearch(Vectors vectors, Database& database, StoryFeedService& feed,
                               const Clock& clock, IndexerTraits traits)
    : vectors_(std::move(vectors)),
      indexer_(MakeIndexer(vectors_, database, feed, clock, std::move(traits))) {}

SemanticSearchService SemanticSearch::NewService(StoryLookupService& lookup,
                                                 LegacyService& legacies) {
  return {vectors_.chunks.get(), vectors_.embedder(), indexer_.get(), lookup, legacies};
}

void SemanticSearch::Start() {
  if (indexer_) indexer_->Start();
}

void SemanticSearch::Stop() {
  if (!indexer_) return;
  vectors_.index->CallOff();
  indexer_->Stop();
}

CheckResult SemanticSearch::CheckEmbedder() {
  if (vectors_.embedder()->Model()) return {};
  return {CheckResult::State::kBehind, "Search by meaning has no model; the log says what to do."};
}

void SemanticSearch::AddMetrics(Metrics& metrics) {
  using Kind = Metrics::Kind;
  if (!on()) return;
  metrics.AddReading(Kind::kGauge, "heirloom_vectors_lag_events",
                     "Events that the index of vectors has not followed yet.",
                     [this] { return static_cast<double>(indexer_->State().Lag()); });
  metrics.AddReading(Kind::kGauge, "heirloom_vectors_rebuilding",
                     "1 while the index of vectors is built again.",
                     [this] { return indexer_->State().rebuilding ? 1.0 : 0.0; });
  metrics.AddReading(Kind::kCounter, "heirloom_chunks_embedded_total",
                     "Passages of stories that were embedded.",
                     [this] { return static_cast<double>(vectors_.index->embedded()); });
  metrics.AddReading(Kind::kCounter, "heirloom_chunks_reused_total",
                     "Passages of stories whose vector was known.",
                     [this] { return static_cast<double>(vectors_.index->reused()); });
  AddSpendMetrics(metrics, vectors_.configured);
}

}  // namespace heirloom
