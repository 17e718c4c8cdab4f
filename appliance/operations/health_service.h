#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/clock.h"

namespace heirloom {

// The state of one part that serving needs.
struct CheckResult {
  enum class State { kOk, kBehind, kFailing };
  State state = State::kOk;
  std::string detail;  // For anybody to read: no addresses, no data.
};

struct Readiness {
  enum class State { kStarting, kReady, kDraining, kFailing };
  State state = State::kReady;
  std::vector<std::pair<std::string, CheckResult>> checks;
};

// What this installation is made of: for anybody to read.
struct Manifest {
  std::string version;
  std::map<std::string, std::string> adapters;  // Port → kind.
  std::vector<std::string> features;
};

// Whether the daemon can serve. A part that is behind is still ready. Thread-safe.
class HealthService {
 public:
  HealthService(const Clock& clock, Manifest manifest)
      : clock_(clock), manifest_(std::move(manifest)) {}

  // Before serving. `check` may take time; it runs at most once a second, however many ask, and
  // never twice at once: meanwhile the earlier result is given.
  void AddCheck(std::string name, std::function<CheckResult()> check);

  Readiness Check();
  // From now on not ready, so that a load balancer sends nobody any more.
  void SetDraining() { draining_ = true; }

  const Manifest& manifest() const { return manifest_; }

 private:
  Readiness RunChecks() const;

  const Clock& clock_;
  const Manifest manifest_;
  std::vector<std::pair<std::string, std::function<CheckResult()>>> checks_;
  std::atomic<bool> draining_ = false;

  std::mutex mutex_;
  bool checking_ = false;
  std::optional<Readiness> latest_;
  Time checked_at_;
};

}  // namespace heirloom
