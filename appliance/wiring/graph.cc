#include "appliance/wiring/graph.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "appliance/graph/graph_check_service.h"
#include "appliance/wiring/indexer_lease.h"
#include "appliance/wiring/verification.h"
#include "storage/neo4j/manners.h"
#include "storage/neo4j/neo4j_graph_store.h"
#include "storage/rocksdb/rocksdb_graph_store.h"

namespace heirloom {
namespace {

constexpr char kRebuild[] = "rebuild graph";

Neo4jGraphOptions OptionsOf(const Config::Neo4j& config, const RemoteWorld& world) {
  auto signer =
      neo4j::MakePatientSigner(MakeBasicSigner(config.user, config.password), world.pauses);
  return {.url = config.url,
          .database = config.database,
          .http = MakeRemoteService(neo4j::Manners(), config.ca_file.string(), std::move(signer),
                                    world)};
}

Result<std::string> Rebuild(const Json& args, Core& core, GraphProjector& projector,
                            Progress& progress) {
  const auto verify = ReadVerify(args);
  if (!verify) return ErrorOf(verify);
  const auto rows = projector.Rebuild(progress);
  if (!rows) return ErrorOf(rows);
  JsonWriter json;
  json.BeginObject().Member("rows", *rows);
  if (*verify) {
    const auto graph = projector.Store();
    if (!graph) return ErrorOf(graph);
    const Status compared = WriteComparison(
        json,
        [&](Findings& findings, Progress& progress_of_it) {
          return CheckGraph(*core.database, core.platform->clock, **graph, findings,
                            progress_of_it);
        },
        progress);
    if (!compared) return ErrorOf(compared);
  }
  return json.EndObject().Take();
}

}  // namespace

Result<std::unique_ptr<GraphStore>> OpenGraphStore(const Config& config,
                                                   const RemoteWorld& remote) {
  if (!config.storage.neo4j) {
    return OpenRocksDbGraphStore({.directory = config.storage.rocksdb_folder});
  }
  return OpenNeo4jGraphStore(OptionsOf(*config.storage.neo4j, remote));
}

Status ProvisionGraph(const Config& config, const RemoteWorld& remote) {
  if (!config.storage.neo4j) return {};
  return ProvisionNeo4jGraph(OptionsOf(*config.storage.neo4j, remote));
}

bool HasGraph(const Config& config) {
  std::error_code failed;
  return config.storage.neo4j || std::filesystem::exists(config.storage.rocksdb_folder, failed);
}

// Stories and lists are read from the truth: they go on whatever becomes of the graph.
CheckResult CheckGraphState(const GraphProjector& projector) {
  const GraphState state = projector.State();
  const std::int64_t lag = state.Lag();
  if (!state.failure.empty()) return {CheckResult::State::kBehind, "Stands still; see the log."};
  if (state.foreign) return {CheckResult::State::kBehind, "Is being opened or built again."};
  if (lag > 0) return {CheckResult::State::kBehind, std::to_string(lag) + " events behind."};
  return {};
}

void AddGraphMetrics(Metrics& metrics, const GraphProjector& projector) {
  using Kind = Metrics::Kind;
  metrics.AddReading(Kind::kGauge, "heirloom_graph_lag_events",
                     "Events that the graph has not followed yet.",
                     [&projector] { return static_cast<double>(projector.State().Lag()); });
  metrics.AddReading(Kind::kGauge, "heirloom_graph_rebuilding", "1 while the graph is built again.",
                     [&projector] { return projector.State().rebuilding ? 1.0 : 0.0; });
}

void AddGraphRebuild(Commands& commands, Core& core, GraphProjector& projector) {
  commands.Add(kRebuild,
               [&core, &projector](const Json& args, Progress& progress) -> Result<std::string> {
                 return Rebuild(args, core, projector, progress);
               });
}

void AddGraphRebuild(Commands& commands, const Config& config, Core& core) {
  commands.Add(kRebuild,
               [&config, &core](const Json& args, Progress& progress) -> Result<std::string> {
                 std::unique_ptr<Leadership> lease;
                 std::function<bool()> leads;
                 if (config.storage.neo4j) {
                   auto taken = TakeIndexerLease(config, core);
                   if (!taken) return ErrorOf(taken);
                   lease = std::move(*taken);
                   leads = [&lease] { return lease->Held(); };
                 }
                 GraphProjector projector(
                     *core.database, [&] { return OpenGraphStore(config, core.platform->remote); },
                     core.platform->clock, !config.storage.neo4j, leads);
                 projector.Start();
                 return Rebuild(args, core, projector, progress);
               });
}

}  // namespace heirloom
