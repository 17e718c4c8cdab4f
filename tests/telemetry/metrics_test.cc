#include "appliance/telemetry/metrics.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <sstream>

#include "appliance/telemetry/process_metrics.h"

namespace heirloom {
namespace {

using Catch::Contains;

// The value of a series as it stands in the text; -1 when it is not there.
double ValueOf(const std::string& text, const std::string& series) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(series + " ", 0) == 0) return std::stod(line.substr(series.size() + 1));
  }
  return -1;
}

TEST_CASE("a counter adds up for each set of labels apart", "[telemetry]") {
  Metrics metrics;
  const auto counter = metrics.AddCounter("heirloom_things_total", "Things.");
  counter.Increment({{"kind", "a"}});
  counter.Increment({{"kind", "a"}}, 2);
  counter.Increment({{"kind", "b"}});
  const std::string text = metrics.Render();
  CHECK(ValueOf(text, "heirloom_things_total{kind=\"a\"}") == 3);
  CHECK(ValueOf(text, "heirloom_things_total{kind=\"b\"}") == 1);
  CHECK_THAT(text, Contains("# TYPE heirloom_things_total counter"));
  CHECK_THAT(text, Contains("# HELP heirloom_things_total Things."));
}

TEST_CASE("a histogram counts into its buckets, cumulatively", "[telemetry]") {
  Metrics metrics;
  const auto histogram = metrics.AddHistogram("heirloom_wait_seconds", "Waits.", {0.1, 1});
  histogram.Observe(0.05, {{"route", "/x"}});
  histogram.Observe(0.5, {{"route", "/x"}});
  histogram.Observe(5, {{"route", "/x"}});
  const std::string text = metrics.Render();
  CHECK(ValueOf(text, "heirloom_wait_seconds_bucket{route=\"/x\",le=\"0.1\"}") == 1);
  CHECK(ValueOf(text, "heirloom_wait_seconds_bucket{route=\"/x\",le=\"1\"}") == 2);
  CHECK(ValueOf(text, "heirloom_wait_seconds_bucket{route=\"/x\",le=\"+Inf\"}") == 3);
  CHECK(ValueOf(text, "heirloom_wait_seconds_count{route=\"/x\"}") == 3);
}

TEST_CASE("a reading is taken anew for each scrape", "[telemetry]") {
  Metrics metrics;
  double now = 4;
  metrics.AddReading(Metrics::Kind::kGauge, "heirloom_level", "Level.", [&] { return now; });
  CHECK(ValueOf(metrics.Render(), "heirloom_level") == 4);
  now = 7;
  CHECK(ValueOf(metrics.Render(), "heirloom_level") == 7);
}

TEST_CASE("readings with labels come and go with what they are read from", "[telemetry]") {
  Metrics metrics;
  Metrics::Samples now = {{{{"kind", "a"}}, 1}, {{{"kind", "b"}}, 2}};
  metrics.AddReadings(Metrics::Kind::kCounter, "heirloom_reads_total", "Reads.",
                      [&] { return now; });
  CHECK(ValueOf(metrics.Render(), "heirloom_reads_total{kind=\"b\"}") == 2);
  CHECK_THAT(metrics.Render(), Contains("# TYPE heirloom_reads_total counter"));
  now = {{{{"kind", "a"}}, 3}};
  CHECK(ValueOf(metrics.Render(), "heirloom_reads_total{kind=\"a\"}") == 3);
  CHECK(ValueOf(metrics.Render(), "heirloom_reads_total{kind=\"b\"}") == -1);
}

TEST_CASE("a label value cannot break out of its quotes", "[telemetry]") {
  Metrics metrics;
  metrics.AddInfo("heirloom_info", "Info.", {{"text", "a\"b\nc\\d"}});
  CHECK_THAT(metrics.Render(), Contains("{text=\"a\\\"b\\nc\\\\d\"} 1"));
}

TEST_CASE("the process tells its own numbers", "[telemetry]") {
  Metrics metrics;
  AddProcessMetrics(metrics);
  const std::string text = metrics.Render();
  CHECK(ValueOf(text, "process_resident_memory_bytes") > 1 << 20);
  CHECK(ValueOf(text, "process_virtual_memory_bytes") >
        ValueOf(text, "process_resident_memory_bytes"));
  CHECK(ValueOf(text, "process_open_fds") >= 3);
  CHECK(ValueOf(text, "process_max_fds") >= ValueOf(text, "process_open_fds"));
  CHECK(ValueOf(text, "process_start_time_seconds") > 1.6e9);

  const double before = ValueOf(text, "process_open_fds");
  const int extra = dup(0);
  REQUIRE(extra >= 0);
  CHECK(ValueOf(metrics.Render(), "process_open_fds") == before + 1);
  close(extra);
}

}  // namespace
}  // namespace heirloom
