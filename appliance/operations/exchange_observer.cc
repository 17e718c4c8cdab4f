#include "appliance/operations/exchange_observer.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "appliance/base/log.h"

namespace heirloom {
namespace {

constexpr std::array<std::string_view, 6> kMethods = {"GET", "HEAD",  "POST",
                                                      "PUT", "PATCH", "DELETE"};
constexpr std::array<std::string_view, 4> kProbes = {"/healthz", "/readyz", "/metrics",
                                                     "/manifest"};

// Clients may send any word as method; each would be a series of its own.
std::string MethodLabel(const http::Request& request) {
  const bool known = std::find(kMethods.begin(), kMethods.end(), request.method) != kMethods.end();
  return known ? request.method : "other";
}

// Files of the web UI, and probes that come every few seconds, would drown what matters.
LogLevel LevelOf(const http::Exchange& exchange) {
  // 500 is a bug of ours, 503 a shortage; what else begins with 5 answers odd questions, which
  // strangers must not be able to fill the log of errors with.
  if (exchange.status == 500) return LogLevel::kError;
  if (exchange.status == 503) return LogLevel::kWarn;
  const std::string& route = exchange.request.route;
  const bool dull =
      route.empty() || std::find(kProbes.begin(), kProbes.end(), route) != kProbes.end();
  return dull && exchange.status < 400 ? LogLevel::kDebug : LogLevel::kInfo;
}

}  // namespace

ExchangeObserver::ExchangeObserver(Metrics& metrics)
    : requests_(metrics.AddCounter("heirloom_http_requests_total",
                                   "Requests answered, by route and class of status.")),
      seconds_(metrics.AddHistogram(
          "heirloom_http_request_duration_seconds",
          "From the whole request's arrival to its answer, by route.",
          {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10})) {}

void ExchangeObserver::operator()(const http::Exchange& exchange) const {
  const http::Request& request = exchange.request;
  const std::string method = MethodLabel(request);
  const std::string route = request.route.empty() ? "none" : request.route;
  const std::string status_class = std::to_string(exchange.status / 100) + "xx";
  requests_.Increment({{"method", method}, {"route", route}, {"status", status_class}});
  seconds_.Observe(static_cast<double>(exchange.duration.count()) / 1e6,
                   {{"method", method}, {"route", route}});
  Log(LevelOf(exchange), "request",
      {{"request_id", request.request_id},
       {"method", method},
       {"route", route},
       {"path", request.route.empty() ? "" : request.path},
       {"status", std::to_string(exchange.status)},
       {"bytes", std::to_string(exchange.bytes)},
       {"duration_us", std::to_string(exchange.duration.count())}});
}

void AddServerMetrics(Metrics& metrics, const http::Server& server) {
  const auto add = [&](Metrics::Kind kind, const std::string& name, const std::string& help,
                       auto member) {
    metrics.AddReading(kind, name, help,
                       [&server, member] { return static_cast<double>(server.Stats().*member); });
  };
  using http::ServerStats;
  using Kind = Metrics::Kind;
  add(Kind::kGauge, "heirloom_http_connections", "Open connections.", &ServerStats::connections);
  add(Kind::kGauge, "heirloom_http_connections_parked", "Open connections that hold no thread.",
      &ServerStats::parked);
  add(Kind::kGauge, "heirloom_http_threads", "Threads that answer requests.",
      &ServerStats::threads);
  add(Kind::kGauge, "heirloom_http_queued_requests", "Requests that wait for a thread.",
      &ServerStats::queued);
  add(Kind::kGauge, "heirloom_http_event_streams", "Subscribers to events.", &ServerStats::streams);
  add(Kind::kCounter, "heirloom_http_refused_total",
      "Requests refused for their framing, a limit or overload.", &ServerStats::refused);
}

}  // namespace heirloom
