#include "appliance/wiring/projections.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "appliance/wiring/embedded.h"
#include "appliance/wiring/graph.h"
#include "appliance/wiring/indexer_lease.h"
#include "appliance/wiring/rebuild_commands.h"
#include "appliance/wiring/vectors.h"

namespace heirloom {
namespace {

// Who waits for it is in another process and cannot say so.
constexpr std::chrono::milliseconds kCommitForOthers{100};
constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();

// Search shows less than there is while it is behind; everything else goes on.
CheckResult CheckSearch(const Indexer& indexer) {
  const IndexerState state = indexer.State();
  const std::int64_t lag = state.Lag();
  if (!state.failure.empty()) return {CheckResult::State::kBehind, "Stands still; see the log."};
  if (state.foreign) return {CheckResult::State::kBehind, "Is being built again."};
  if (lag > 0) return {CheckResult::State::kBehind, std::to_string(lag) + " events behind."};
  return {};
}

std::int64_t UpTo(const FollowerState& state) {
  return state.foreign || state.rebuilding ? 0 : state.reached;
}

IndexerTraits TraitsOfSearch(const Config& config, std::function<bool()> leads) {
  IndexerTraits traits;
  traits.alone = !config.index.opensearch;
  traits.leads = std::move(leads);
  if (!config.roles.Has(ServeRole::kWeb)) traits.commit_every = kCommitForOthers;
  return traits;
}

}  // namespace

Result<std::unique_ptr<Projections>> Projections::Open(const Config& config, Core& core) {
  auto index = OpenSearchIndex(config, core.platform->remote);
  if (!index) return ErrorOf(index);
  auto vectors = OpenVectors(config, core.platform->remote);
  if (!vectors) return ErrorOf(vectors);
  return std::unique_ptr<Projections>(
      new Projections(config, core, std::move(*index), std::move(*vectors)));
}

Projections::Projections(const Config& config, Core& core, std::unique_ptr<SearchIndex> index,
                         Vectors vectors)
    : config_(config),
      core_(core),
      follows_(config.roles.Has(ServeRole::kIndexer)),
      search_is_shared_(config.index.opensearch.has_value()),
      graph_is_shared_(config.storage.neo4j.has_value()),
      index_(std::move(index)),
      feed_(*core.database),
      indexer_(*core.database, feed_, *index_, core.platform->clock,
               TraitsOfSearch(config, [this] { return !search_is_shared_ || Leads(); })),
      graph_(
          *core.database, [this] { return OpenGraphStore(config_, core_.platform->remote); },
          core.platform->clock, !graph_is_shared_, [this] { return !graph_is_shared_ || Leads(); }),
      semantic_(std::move(vectors), *core.database, feed_, core.platform->clock,
                TraitsOfVectors(config, [this] { return !search_is_shared_ || Leads(); })) {
  if (!follows_ || !(search_is_shared_ || graph_is_shared_)) return;
  lease_ = MakeIndexerLease(config, core, [this] { return SharedUpTo(); });
}

Projections::~Projections() { Stop(); }

bool Projections::Leads() const { return lease_ && lease_->Held(); }

void Projections::Start() {
  if (lease_) lease_->Start();
  indexer_.Start();
  // Nobody but an indexer has use for the graph yet.
  if (follows_) graph_.Start();
  semantic_.Start();
}

void Projections::Stop() {
  semantic_.Stop();
  indexer_.Stop();
  graph_.Stop();
  if (lease_) lease_->Stop();
}

void Projections::AddChecks(HealthService& health) {
  health.AddCheck("search", [this] { return CheckSearch(indexer_); });
  if (follows_) health.AddCheck("graph", [this] { return CheckGraphState(graph_); });
  if (!semantic_.on()) return;
  health.AddCheck("embedder", [this] { return semantic_.CheckEmbedder(); });
  health.AddCheck("vectors", [this] { return CheckSearch(*semantic_.indexer()); });
}

void Projections::AddMetrics(Metrics& metrics) {
  using Kind = Metrics::Kind;
  if (follows_) AddGraphMetrics(metrics, graph_);
  metrics.AddReading(Kind::kGauge, "heirloom_search_index_lag_events",
                     "Events that the search index has not followed yet.",
                     [this] { return static_cast<double>(indexer_.State().Lag()); });
  metrics.AddReading(Kind::kGauge, "heirloom_search_index_rebuilding",
                     "1 while the search index is built again.",
                     [this] { return indexer_.State().rebuilding ? 1.0 : 0.0; });
  semantic_.AddMetrics(metrics);
  if (!lease_) return;
  metrics.AddReading(Kind::kGauge, "heirloom_indexer_leads",
                     "1 where projections that others reach too are made to follow.",
                     [this] { return lease_->Held() ? 1.0 : 0.0; });
}

void Projections::AddRebuilds(Commands& commands) {
  if (!follows_) return AddNoRebuilds(commands);
  AddRebuildCommands(commands, *core_.database, {&indexer_, index_.get()},
                     {semantic_.indexer(), semantic_.index()});
  AddGraphRebuild(commands, core_, graph_);
}

std::int64_t Projections::FollowedUpTo() {
  std::int64_t all = kAll;
  if (!search_is_shared_) all = std::min(all, UpTo(indexer_.State()));
  if (!graph_is_shared_) all = std::min(all, UpTo(graph_.State()));
  if (semantic_.indexer() && !search_is_shared_) {
    all = std::min(all, UpTo(semantic_.indexer()->State()));
  }
  return all;
}

// What the lease keeps from being swept.
std::int64_t Projections::SharedUpTo() const {
  std::int64_t all = kAll;
  if (search_is_shared_) all = std::min(all, UpTo(indexer_.State()));
  if (search_is_shared_ && semantic_.indexer()) {
    all = std::min(all, UpTo(semantic_.indexer()->State()));
  }
  if (graph_is_shared_) all = std::min(all, UpTo(graph_.State()));
  return all;
}

OpenStores Projections::StoresForDoctor() {
  return {&core_, index_.get(), semantic_.index(), graph_.Store().value_or(nullptr)};
}

}  // namespace heirloom
