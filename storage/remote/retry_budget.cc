#include "storage/remote/retry_budget.h"

#include <algorithm>

namespace heirloom {

void RetryBudget::CountRequest() {
  const std::lock_guard lock(mutex_);
  tokens_ = std::min(burst_, tokens_ + ratio_);
}

bool RetryBudget::TakeRetry() {
  const std::lock_guard lock(mutex_);
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

}  // namespace heirloom
