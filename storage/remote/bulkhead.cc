#include "storage/remote/bulkhead.h"

namespace heirloom {

std::optional<Bulkhead::Place> Bulkhead::Enter(std::chrono::milliseconds max_wait,
                                               const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (in_use_ >= places_) {
    if (waiting_ >= max_waiting_) return std::nullopt;
    ++waiting_;
    const bool free = freed_.wait_for(lock, stop, max_wait, [&] { return in_use_ < places_; });
    --waiting_;
    if (!free) return std::nullopt;
  }
  ++in_use_;
  return Place(this);
}

void Bulkhead::Leave() {
  {
    const std::lock_guard lock(mutex_);
    --in_use_;
  }
  freed_.notify_one();
}

int Bulkhead::in_use() const {
  const std::lock_guard lock(mutex_);
  return in_use_;
}

int Bulkhead::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_;
}

}  // namespace heirloom
