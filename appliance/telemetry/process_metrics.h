#pragma once

#include "appliance/telemetry/metrics.h"

namespace heirloom {

// The process_* metrics that Prometheus' client libraries share: memory, descriptors, CPU time,
// start. Read from /proc/self when somebody scrapes.
void AddProcessMetrics(Metrics& metrics);

}  // namespace heirloom
