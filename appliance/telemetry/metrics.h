#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prometheus {
template <typename T>
class Family;
class Counter;
class Histogram;
}  // namespace prometheus

namespace heirloom {

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

// Numbers about the daemon in Prometheus' text format 0.0.4. Names and labels are listed in
// appliance/docs/metrics.md. Label values come from small closed sets (route patterns, never paths;
// no ids, no personal data): each new combination is a series that stays. Thread-safe.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  // One family. Cheap to copy; must not outlive its Metrics.
  class Counter {
   public:
    void Increment(const MetricLabels& labels = {}, double by = 1) const;

   private:
    friend class Metrics;
    explicit Counter(prometheus::Family<prometheus::Counter>& family) : family_(&family) {}
    prometheus::Family<prometheus::Counter>* family_;
  };
  class Histogram {
   public:
    void Observe(double value, const MetricLabels& labels = {}) const;

   private:
    friend class Metrics;
    Histogram(prometheus::Family<prometheus::Histogram>& family, const std::vector<double>& bounds)
        : family_(&family), bounds_(&bounds) {}
    prometheus::Family<prometheus::Histogram>* family_;
    const std::vector<double>* bounds_;
  };

  // Registering a name twice, or a name or label that Prometheus does not allow, is a bug and
  // panics.
  Counter AddCounter(const std::string& name, const std::string& help);
  // `bounds`: upper bounds of the buckets, growing.
  Histogram AddHistogram(const std::string& name, const std::string& help,
                         std::vector<double> bounds);

  // What is known elsewhere is read when somebody scrapes. kCounter: only ever grows. What `read`
  // uses must outlive this.
  enum class Kind { kCounter, kGauge };
  void AddReading(Kind kind, std::string name, std::string help, std::function<double()> read);
  // The same for a family whose labels are known only then: each with its value, none twice.
  using Samples = std::vector<std::pair<MetricLabels, double>>;
  void AddReadings(Kind kind, std::string name, std::string help, std::function<Samples()> read);
  // A constant 1 whose labels are what is to be told.
  void AddInfo(std::string name, std::string help, MetricLabels labels);

  std::string Render() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heirloom
