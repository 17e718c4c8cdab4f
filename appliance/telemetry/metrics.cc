#include "appliance/telemetry/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <deque>
#include <exception>
#include <mutex>
#include <set>

#include "appliance/base/log.h"

namespace heirloom {
namespace {

std::map<std::string, std::string> ToPrometheus(const MetricLabels& labels) {
  return {labels.begin(), labels.end()};
}

struct Reading {
  Metrics::Kind kind;
  std::string name, help;
  std::function<Metrics::Samples()> read;
};

prometheus::MetricFamily Take(const Reading& reading) {
  const bool counter = reading.kind == Metrics::Kind::kCounter;
  prometheus::MetricFamily family{
      reading.name,
      reading.help,
      counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge,
      {}};
  for (const auto& [labels, value] : reading.read()) {
    prometheus::ClientMetric metric;
    for (const auto& [name, text] : labels) metric.label.push_back({name, text});
    (counter ? metric.counter.value : metric.gauge.value) = value;
    family.metric.push_back(std::move(metric));
  }
  return family;
}

}  // namespace

class Metrics::Impl {
 public:
  void ClaimName(const std::string& name) {
    const std::lock_guard lock(mutex);
    if (!names.insert(name).second) Panic("metric " + name + " is registered twice");
  }

  prometheus::Registry registry;
  mutable std::mutex mutex;
  std::set<std::string> names;
  std::deque<std::vector<double>> bounds;  // A deque, so that handles can point into it.
  std::vector<Reading> readings;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

void Metrics::Counter::Increment(const MetricLabels& labels, double by) const {
  family_->Add(ToPrometheus(labels)).Increment(by);
}

void Metrics::Histogram::Observe(double value, const MetricLabels& labels) const {
  family_->Add(ToPrometheus(labels), *bounds_).Observe(value);
}

Metrics::Counter Metrics::AddCounter(const std::string& name, const std::string& help) {
  impl_->ClaimName(name);
  try {
    return Counter(prometheus::BuildCounter().Name(name).Help(help).Register(impl_->registry));
  } catch (const std::exception& error) {
    Panic("metric " + name + ": " + error.what());
  }
}

Metrics::Histogram Metrics::AddHistogram(const std::string& name, const std::string& help,
                                         std::vector<double> bounds) {
  impl_->ClaimName(name);
  const std::lock_guard lock(impl_->mutex);
  impl_->bounds.push_back(std::move(bounds));
  try {
    return {prometheus::BuildHistogram().Name(name).Help(help).Register(impl_->registry),
            impl_->bounds.back()};
  } catch (const std::exception& error) {
    Panic("metric " + name + ": " + error.what());
  }
}

void Metrics::AddReadings(Kind kind, std::string name, std::string help,
                          std::function<Samples()> read) {
  impl_->ClaimName(name);
  const std::lock_guard lock(impl_->mutex);
  impl_->readings.push_back({kind, std::move(name), std::move(help), std::move(read)});
}

void Metrics::AddReading(Kind kind, std::string name, std::string help,
                         std::function<double()> read) {
  AddReadings(kind, std::move(name), std::move(help), [read = std::move(read)] {
    return Samples{{{}, read()}};
  });
}

void Metrics::AddInfo(std::string name, std::string help, MetricLabels labels) {
  AddReadings(Kind::kGauge, std::move(name), std::move(help), [labels = std::move(labels)] {
    return Samples{{labels, 1.0}};
  });
}

std::string Metrics::Render() const {
  std::vector<prometheus::MetricFamily> families = impl_->registry.Collect();
  const std::lock_guard lock(impl_->mutex);
  for (const Reading& reading : impl_->readings) families.push_back(Take(reading));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace heirloom
