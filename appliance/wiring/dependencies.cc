#include "appliance/wiring/dependencies.h"

#include <map>
#include <set>
#include <string>

#include "storage/remote/remote_service.h"

namespace heirloom {
namespace {

using Numbers = std::function<double(const RemoteService&)>;

// One sample for each name: a dependency may be asked through several services.
Metrics::Samples Sum(const RemoteRegistry& registry, const Numbers& number) {
  std::map<std::string, double> sums;
  registry.Visit([&](const RemoteService& service) { sums[service.name()] += number(service); });
  Metrics::Samples samples;
  for (const auto& [name, sum] : sums) samples.push_back({{{"dependency", name}}, sum});
  return samples;
}

double Number(std::uint64_t count) { return static_cast<double>(count); }

// Empty when all is well. For anybody to read: names of settings, no address.
std::string InWords(const RemoteService& service) {
  const RemoteState state = service.State();
  const std::string advice = state.setting.empty() ? "" : "; look at " + state.setting;
  const std::string who = "The server for " + service.name();
  if (state.distrusted) return who + " shows a certificate that is not trusted" + advice + ". ";
  if (state.circuit != CircuitBreaker::State::kClosed) return who + " does not answer. ";
  if (state.refuses_us) return who + " refuses our credentials" + advice + ". ";
  return "";
}

}  // namespace

void WatchDependencies(HealthService& health, Metrics& metrics, const RemoteRegistry& registry) {
  AddDependencyMetrics(metrics, registry);
  health.AddCheck("dependencies", [&registry] { return CheckDependencies(registry); });
}

void AddDependencyMetrics(Metrics& metrics, const RemoteRegistry& registry) {
  using Kind = Metrics::Kind;
  const auto add = [&](Kind kind, const std::string& name, const std::string& help,
                       const Numbers& number) {
    metrics.AddReadings(kind, "heirloom_dependency_" + name, help,
                        [&registry, number] { return Sum(registry, number); });
  };
  add(Kind::kCounter, "requests_total", "Requests sent to it, retries included.",
      [](const RemoteService& s) { return Number(s.Counters().tries); });
  add(Kind::kCounter, "failures_total", "Requests that got no whole answer, or a 5xx.",
      [](const RemoteService& s) { return Number(s.Counters().failures); });
  add(Kind::kCounter, "retries_total", "Requests that were repeated.",
      [](const RemoteService& s) { return Number(s.Counters().retries); });
  add(Kind::kCounter, "refused_open_total", "Operations refused at once, since it had just failed.",
      [](const RemoteService& s) { return Number(s.Counters().refused_open); });
  add(Kind::kCounter, "refused_full_total", "Operations refused, since too many were under way.",
      [](const RemoteService& s) { return Number(s.Counters().refused_full); });
  add(Kind::kCounter, "opened_total", "How often it failed so often that it was left alone.",
      [](const RemoteService& s) { return Number(s.Counters().opened); });
  add(Kind::kGauge, "in_flight", "Requests under way to it.",
      [](const RemoteService& s) { return static_cast<double>(s.Counters().in_flight); });
  add(Kind::kGauge, "down", "Above 0 while it is left alone, or probed.",
      [](const RemoteService& s) {
        return s.State().circuit == CircuitBreaker::State::kClosed ? 0.0 : 1.0;
      });
}

CheckResult CheckDependencies(const RemoteRegistry& registry) {
  std::set<std::string> said;
  registry.Visit([&](const RemoteService& service) { said.insert(InWords(service)); });
  std::string detail;
  for (const std::string& words : said) detail += words;
  if (detail.empty()) return {};
  detail.pop_back();
  return {CheckResult::State::kBehind, detail};
}

}  // namespace heirloom
