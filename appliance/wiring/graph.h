#pragma once

#include <memory>

#include "appliance/base/result.h"
#include "appliance/graph/graph_projector.h"
#include "appliance/operations/commands.h"
#include "appliance/operations/health_service.h"
#include "appliance/telemetry/metrics.h"
#include "appliance/wiring/config.h"
#include "appliance/wiring/core.h"
#include "storage/graph_store.h"
#include "storage/remote/remote_service.h"

namespace heirloom {

// The graph that the configuration names. Of one in the data directory the caller holds the lock;
// one elsewhere must have been prepared by ProvisionGraph. `remote` must outlive it. Takes a
// moment: not for the way of a start.
Result<std::unique_ptr<GraphStore>> OpenGraphStore(const Config& config, const RemoteWorld& remote);

// Makes what the graph needs where it is not in the data directory. Again changes nothing.
Status ProvisionGraph(const Config& config, const RemoteWorld& remote);

// Whether there is one to look over; true for one that is elsewhere.
bool HasGraph(const Config& config);

// What is seen of it. The projector must outlive the metrics.
CheckResult CheckGraphState(const GraphProjector& projector);
void AddGraphMetrics(Metrics& metrics, const GraphProjector& projector);

// "rebuild graph" {"verify":bool}: builds it again from the truth. Gives {"rows":n} and, verified,
// "items" in it and "differences" from the truth, which are told in the log.

// In the daemon, while it serves. All must outlive the commands.
void AddGraphRebuild(Commands& commands, Core& core, GraphProjector& projector);
// Where no daemon runs: the graph is opened when it is asked for.
void AddGraphRebuild(Commands& commands, const Config& config, Core& core);

}  // namespace heirloom
