#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace heirloom::http {

// How much memory all connections together may hold for what is in flight. Thread-safe.
class ByteBudget {
 public:
  explicit ByteBudget(std::size_t total) : total_(total) {}

  bool TryTake(std::size_t bytes) {
    if (used_.fetch_add(bytes) + bytes <= total_) return true;
    used_.fetch_sub(bytes);
    return false;
  }
  void Give(std::size_t bytes) { used_.fetch_sub(bytes); }
  std::size_t used() const { return used_; }

 private:
  const std::size_t total_;
  std::atomic<std::size_t> used_{0};
};

// One holder's share of a budget, given back when it ends.
class BudgetShare {
 public:
  explicit BudgetShare(ByteBudget& budget) : budget_(budget) {}
  BudgetShare(const BudgetShare&) = delete;
  BudgetShare& operator=(const BudgetShare&) = delete;
  ~BudgetShare() { budget_.Give(held_); }

  // Makes the share `bytes` large; false, and unchanged, when the budget does not have that much.
  bool Resize(std::size_t bytes) {
    if (bytes > held_ && !budget_.TryTake(bytes - held_)) return false;
    if (bytes < held_) budget_.Give(held_ - bytes);
    held_ = bytes;
    return true;
  }

 private:
  ByteBudget& budget_;
  std::size_t held_ = 0;
};

}  // namespace heirloom::http
