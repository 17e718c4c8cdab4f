#pragma once

#include "appliance/operations/health_service.h"
#include "appliance/telemetry/metrics.h"
#include "storage/remote/remote_registry.h"

namespace heirloom {

// Both of the next. Services may come later: a store is opened when it is first needed.
void WatchDependencies(HealthService& health, Metrics& metrics, const RemoteRegistry& registry);

// What the servers that this process asks over HTTP are up to, as numbers; heirloom_dependency_* in
// appliance/docs/metrics.md. The registry must outlive the metrics.
void AddDependencyMetrics(Metrics& metrics, const RemoteRegistry& registry);

// Names those that are left alone for a while since they failed, and those that refuse our
// credentials. Never failing: what does not need them goes on, and what does finds out by asking
// when they are back.
CheckResult CheckDependencies(const RemoteRegistry& registry);

}  // namespace heirloom
