#include "appliance/operations/health_service.h"

#include <algorithm>
#include <utility>

namespace heirloom {
namespace {

constexpr Time kGoodFor = Time::FromSeconds(1);

}  // namespace

void HealthService::AddCheck(std::string name, std::function<CheckResult()> check) {
  checks_.emplace_back(std::move(name), std::move(check));
}

Readiness HealthService::RunChecks() const {
  Readiness readiness;
  for (const auto& [name, check] : checks_) readiness.checks.emplace_back(name, check());
  const bool failing = std::any_of(
      readiness.checks.begin(), readiness.checks.end(),
      [](const auto& check) { return check.second.state == CheckResult::State::kFailing; });
  readiness.state = failing ? Readiness::State::kFailing : Readiness::State::kReady;
  return readiness;
}

Readiness HealthService::Check() {
  std::unique_lock lock(mutex_);
  const Time now = clock_.Now();
  // A clock that was set back must not keep an old result for hours.
  const bool fresh = latest_ && now >= checked_at_ && now < checked_at_ + kGoodFor;
  if (!fresh && !checking_) {
    checking_ = true;
    lock.unlock();
    Readiness readiness = RunChecks();
    lock.lock();
    latest_ = std::move(readiness);
    checked_at_ = clock_.Now();
    checking_ = false;
  }
  Readiness readiness = latest_.value_or(Readiness{Readiness::State::kStarting, {}});
  if (draining_) readiness.state = Readiness::State::kDraining;
  return readiness;
}

}  // namespace heirloom
