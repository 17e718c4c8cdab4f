#include "appliance/telemetry/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace heirloom {
namespace {

// Field `number` of /proc/self/stat, counted from 1 as in proc(5). The second one, the program's
// name, may hold blanks and brackets, so counting starts behind the last bracket.
double StatField(int number) {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t behind_name = text.rfind(')');
  if (behind_name == std::string::npos) return 0;
  std::istringstream fields(text.substr(behind_name + 1));
  std::string field;
  for (int at = 3; at <= number; ++at) fields >> field;
  std::istringstream value(field);
  double parsed = 0;
  value >> parsed;
  return parsed;
}

double BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    if (word != "btime") continue;
    double seconds = 0;
    file >> seconds;
    return seconds;
  }
  return 0;
}

double StartTime() {
  static constexpr int kStartTicks = 22;
  return BootTime() + StatField(kStartTicks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double ResidentBytes() {
  static constexpr int kResidentPages = 24;
  return StatField(kResidentPages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double VirtualBytes() {
  static constexpr int kVirtualBytes = 23;
  return StatField(kVirtualBytes);
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double OpenDescriptors() {
  std::error_code failed;
  std::filesystem::directory_iterator entries("/proc/self/fd", failed);
  if (failed) return 0;
  // Less the one that counts.
  return static_cast<double>(std::distance(begin(entries), end(entries)) - 1);
}

double MaxDescriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

void AddProcessMetrics(Metrics& metrics) {
  using Kind = Metrics::Kind;
  metrics.AddReading(Kind::kCounter, "process_cpu_seconds_total", "CPU time used, user and system.",
                     CpuSeconds);
  metrics.AddReading(Kind::kGauge, "process_resident_memory_bytes", "Memory held in RAM.",
                     ResidentBytes);
  metrics.AddReading(Kind::kGauge, "process_virtual_memory_bytes", "Address space in use.",
                     VirtualBytes);
  metrics.AddReading(Kind::kGauge, "process_open_fds", "Open file descriptors.", OpenDescriptors);
  metrics.AddReading(Kind::kGauge, "process_max_fds", "Limit of open file descriptors.",
                     MaxDescriptors);
  metrics.AddReading(Kind::kGauge, "process_start_time_seconds",
                     "When the process started, in seconds since 1970.", StartTime);
}

}  // namespace heirloom
