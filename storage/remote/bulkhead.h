#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace heirloom {

// So many requests at once and no more, so that one slow dependency does not take every thread. Few
// may wait for a place, and not for long. Thread-safe; outlives its places.
class Bulkhead {
 public:
  // Gives itself back.
  class Place {
   public:
    explicit Place(Bulkhead* owner) : owner_(owner) {}
    Place(Place&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (owner_) owner_->Leave();
    }

   private:
    Bulkhead* owner_;
  };

  Bulkhead(int places, int max_waiting) : places_(places), max_waiting_(max_waiting) {}

  // nullopt: none became free in time, too many wait already, or stopped.
  std::optional<Place> Enter(std::chrono::milliseconds max_wait, const std::stop_token& stop);

  int in_use() const;
  int waiting() const;

 private:
  void Leave();

  const int places_;
  const int max_waiting_;
  mutable std::mutex mutex_;
  std::condition_variable_any freed_;
  int in_use_ = 0;  // Guarded by mutex_, as the next.
  int waiting_ = 0;
};

}  // namespace heirloom
