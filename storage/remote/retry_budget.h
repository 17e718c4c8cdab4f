#pragma once

#include <mutex>

namespace heirloom {

// How many retries a dependency may get, as a part of its requests: when it is down for everybody,
// retries add `ratio` to its load instead of multiplying it ("Handling Overload", Site Reliability
// Engineering, 2016). A bucket of tokens: each first try adds `ratio` of one, each retry takes one.
// Starts full, so that a process that asks seldom may retry too. Thread-safe.
class RetryBudget {
 public:
  // ratio: 0.1 allows one retry for ten requests in the long run. burst: how many at once, at most.
  RetryBudget(double ratio, double burst) : ratio_(ratio), burst_(burst), tokens_(burst) {}

  void CountRequest();
  bool TakeRetry();  // False: none is left; give the caller what there is.

 private:
  const double ratio_;
  const double burst_;
  std::mutex mutex_;
  double tokens_;  // Guarded by mutex_.
};

}  // namespace heirloom
