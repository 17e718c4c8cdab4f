#pragma once

#include <cstdint>
#include <memory>

#include "appliance/graph/graph_projector.h"
#include "appliance/operations/commands.h"
#include "appliance/operations/health_service.h"
#include "appliance/search/indexer.h"
#include "appliance/stories/story_feed_service.h"
#include "appliance/telemetry/metrics.h"
#include "appliance/wiring/config.h"
#include "appliance/wiring/core.h"
#include "appliance/wiring/doctor.h"
#include "appliance/wiring/semantic_search.h"
#include "index/search_index.h"
#include "storage/outbox/leadership.h"

namespace heirloom {

// What is built from the truth, as one process has it. With the role indexer the process makes it
// follow the outbox; of stores that others reach too, one process at a time does, by a lease.
// Without, it looks up how far they have come, for searches that wait for a write.
class Projections {
 public:
  // Opens the stores; listens for commits from here on, so before anybody writes. `config` and
  // `core` must outlive it.
  static Result<std::unique_ptr<Projections>> Open(const Config& config, Core& core);
  ~Projections();

  void Start();
  void Stop();  // Idempotent.

  // What is passed must not outlive this.
  void AddChecks(HealthService& health);
  void AddMetrics(Metrics& metrics);
  void AddRebuilds(Commands& commands);

  // What every projection of this process has seen, but those that the lease speaks for; one that
  // is being built notes for itself where it began.
  std::int64_t FollowedUpTo();

  SearchIndex& index() { return *index_; }
  Indexer& indexer() { return indexer_; }
  SemanticSearch& semantic() { return semantic_; }
  OpenStores StoresForDoctor();

 private:
  Projections(const Config& config, Core& core, std::unique_ptr<SearchIndex> index,
              Vectors vectors);
  bool Leads() const;
  std::int64_t SharedUpTo() const;

  const Config& config_;
  Core& core_;
  const bool follows_;
  const bool search_is_shared_;
  const bool graph_is_shared_;
  const std::unique_ptr<SearchIndex> index_;
  // Taken where a store is shared and this process may lead; started after what asks it.
  std::unique_ptr<Leadership> lease_;
  StoryFeedService feed_;
  Indexer indexer_;
  // Opened by its own thread: a start does not wait for it.
  GraphProjector graph_;
  SemanticSearch semantic_;
};

}  // namespace heirloom
