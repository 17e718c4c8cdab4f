#pragma once

#include "appliance/http/server.h"
#include "appliance/telemetry/metrics.h"

namespace heirloom {

// The access log and the request metrics: one line and one observation for each answer. Neither
// tells who asked or for what by name: the path is logged only where a route matched, so it holds
// ids of ours and nothing that a stranger made up. Thread-safe.
class ExchangeObserver {
 public:
  explicit ExchangeObserver(Metrics& metrics);

  void operator()(const http::Exchange& exchange) const;

 private:
  Metrics::Counter requests_;
  Metrics::Histogram seconds_;
};

// The gauges of a server. It must outlive `metrics`.
void AddServerMetrics(Metrics& metrics, const http::Server& server);

}  // namespace heirloom
