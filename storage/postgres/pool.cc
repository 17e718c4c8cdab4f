#include "storage/postgres/pool.h"

#include <string>
#include <utility>

namespace heirloom::postgres {
namespace {

// While a server is down, one caller at a time finds out whether it is back; the others wait for
// that no longer than this, nor does anybody try again so soon after.
constexpr std::chrono::milliseconds kBetweenTries{500};

}  // namespace

Pool::Pool(Address address, PoolLimits limits, std::string_view what)
    : address_(std::move(address)), limits_(limits), what_(what) {}

Result<Pool::Lease> Pool::Take() {
  std::unique_ptr<Connection> connection;
  {
    std::unique_lock lock(mutex_);
    const auto is_free = [&] { return taken_ < limits_.connections; };
    if (!is_free()) {
      if (waiting_ >= limits_.waiting) {
        return Fail(ErrorCode::kUnavailable,
                    "too many wait for a connection for " + std::string(what_));
      }
      ++waiting_;
      const bool got = free_.wait_for(lock, limits_.wait, is_free);
      --waiting_;
      if (!got) {
        return Fail(ErrorCode::kUnavailable,
                    "every connection for " + std::string(what_) + " is busy");
      }
    }
    ++taken_;
    connection = TakeIdle();
  }
  if (connection) return Lease(*this, std::move(connection));
  Result<std::unique_ptr<Connection>> opened = Open();
  if (!opened) {
    Give(nullptr);
    return ErrorOf(opened);
  }
  return Lease(*this, std::move(*opened));
}

// Closes what the server has closed, or what is too old.
std::unique_ptr<Connection> Pool::TakeIdle() {
  while (!idle_.empty()) {
    std::unique_ptr<Connection> connection = std::move(idle_.back());
    idle_.pop_back();
    if (Clock::now() < connection->opened() + limits_.lifetime && connection->IsIdle()) {
      return connection;
    }
  }
  return nullptr;
}

Result<std::unique_ptr<Connection>> Pool::Open() {
  {
    std::unique_lock lock(mutex_);
    // A failure may be of long ago: what it is now, whoever tries knows in a moment most often.
    tried_.wait_for(lock, kBetweenTries, [&] { return !failed_ || !trying_; });
    if (failed_ && (trying_ || Clock::now() < failed_at_ + kBetweenTries)) {
      return tl::unexpected<Error>(*failed_);
    }
    trying_ = failed_.has_value();
  }
  auto opened = Connection::Open(address_, limits_.duration);
  {
    const std::lock_guard lock(mutex_);
    failed_ = opened ? std::nullopt : std::optional(opened.error());
    failed_at_ = Clock::now();
    trying_ = false;
  }
  tried_.notify_all();
  return opened;
}

void Pool::Give(std::unique_ptr<Connection> connection) {
  // Closed without the lock, since the server is told.
  if (connection && !connection->IsIdle()) connection.reset();
  {
    const std::lock_guard lock(mutex_);
    --taken_;
    if (connection) idle_.push_back(std::move(connection));
  }
  free_.notify_one();
}

Status Pool::Lease::Renew() {
  connection_.reset();
  auto opened = pool_->Open();
  if (!opened) return ErrorOf(opened);
  connection_ = std::move(*opened);
  return {};
}

}  // namespace heirloom::postgres
