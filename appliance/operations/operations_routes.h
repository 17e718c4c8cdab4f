#pragma once

#include "appliance/base/secret.h"
#include "appliance/http/forwarded.h"
#include "appliance/http/router.h"
#include "appliance/operations/health_service.h"
#include "appliance/telemetry/metrics.h"

namespace heirloom {

// /healthz, /readyz and /manifest. `health` must outlive the router.
void AddHealthRoutes(http::Router& router, HealthService& health);

// /metrics, for peers in `allow` alone; for everybody else there is nothing. A request that came
// through a proxy has no business here either, whoever the proxy is: a proxy on this machine that
// nobody declared would make the whole world look like this machine. Who brings `token` as a bearer
// token is let in from anywhere. `metrics` must outlive the router.
void AddMetricsRoute(http::Router& router, const Metrics& metrics, http::TrustedProxies allow,
                     Secret token);

}  // namespace heirloom
