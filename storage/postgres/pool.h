// A few connections, opened when they are needed. Inside storage/postgres only.

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "appliance/base/result.h"
#include "storage/postgres/address.h"
#include "storage/postgres/connection.h"
#include "storage/postgres/limits.h"

namespace heirloom::postgres {

// Thread-safe. Must outlive what was taken from it.
class Pool final {
 public:
  // `what` completes "every connection for … is busy".
  Pool(Address address, PoolLimits limits, std::string_view what);

  // A connection on loan; given back when it goes.
  class Lease final {
   public:
    Lease(Pool& pool, std::unique_ptr<Connection> connection)
        : pool_(&pool), connection_(std::move(connection)) {}
    Lease(Lease&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)), connection_(std::move(other.connection_)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (pool_) pool_->Give(std::move(connection_));
    }

    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }

    bool IsGood() const { return connection_ && !connection_->IsLost(); }

    // Opens another one in the place of one that was lost. While it cannot, there is none.
    Status Renew();

   private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  // kUnavailable when all are busy for too long, when too many wait already, or when the server
  // cannot be reached; soon after such a failure the next one is told so without being tried.
  Result<Lease> Take();

  const PoolLimits& limits() const { return limits_; }

 private:
  using Clock = std::chrono::steady_clock;

  Result<std::unique_ptr<Connection>> Open();
  void Give(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> TakeIdle();

  const Address address_;
  const PoolLimits limits_;
  const std::string_view what_;
  std::mutex mutex_;
  std::condition_variable free_;
  std::vector<std::unique_ptr<Connection>> idle_;  // The one used last is taken first: warm.
  std::size_t taken_ = 0;
  std::size_t waiting_ = 0;
  std::optional<Error> failed_;  // Why the last one could not be opened,
  Clock::time_point failed_at_;  // and when.
  bool trying_ = false;          // Somebody finds out whether it can be again.
  std::condition_variable tried_;
};

}  // namespace heirloom::postgres
