#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/clock.h"
#include "storage/event_bus.h"
#include "storage/outbox/rows.h"

namespace heirloom::outbox {

// Rung when there may be something to receive. Thread-safe.
class Bell {
 public:
  void Ring();
  std::uint64_t Count() const;
  // Until it has rung more than `seen` times, or `until`, or `stop`.
  void Await(std::uint64_t seen, std::chrono::steady_clock::time_point until,
             const std::stop_token& stop);

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any rung_;
  std::uint64_t count_ = 0;
};

// One consumer's way through the outbox, as this process knows it. Events are given out behind
// `cursor_` and stay in `window_` until all before them were answered; then `position_` moves, and
// some time later the row's, so that no commit stands between one batch and the next. What fails
// leaves the window and becomes a row of event_failures, and what is given from there is counted
// there. Thread-safe; nothing is locked while the database is asked.
class Lane {
 public:
  // `owner` names this process among all that ever have the lane; `alone` and `forever` as in
  // OutboxBusOptions.
  Lane(Database& database, const Clock& clock, Bell& bell, std::string name, std::string owner,
       bool alone, bool forever);
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  Result<std::vector<Delivery>> Receive(const ReceiveOptions& options);
  Status Ack(std::span<const Delivery> done);
  Status Extend(std::span<const Delivery> deliveries, std::chrono::seconds lease);
  Result<Fate> Fail(const Delivery& delivery, std::string_view reason,
                    std::chrono::seconds retry_after);

  const std::string& name() const { return name_; }
  // How far it has come, when that is known here better than in the row; else 0.
  std::int64_t Position() const;

 private:
  struct Given {
    StoredEvent event;
    Time until;
    bool answered = false;
  };
  struct Receipt {
    std::int64_t sequence = 0;
    int attempts = 0;  // 0: from the stream. Else of the row of event_failures.
  };
  // What was read or decided in one transaction, to be put into memory when it holds.
  struct Batch {
    bool ours = true;
    bool taken_over = false;
    std::int64_t careful_until = 0;
    Place place;
    std::string epoch;
    std::vector<StoredEvent> events;
    std::vector<Failure> failures;  // `attempts`: with this one.
  };
  struct Memory {
    bool ours = false;
    std::int64_t position = 0;
    std::int64_t cursor = 0;
    std::int64_t reserved = 0;
    Time lease_until;
    std::vector<StoredEvent> expired;
  };

  Result<std::vector<Delivery>> TryReceive(std::size_t max, Time lease);
  Memory Look(Time now) const;
  Result<bool> Peek(const Memory& memory, std::size_t max, Time now, Time until, Batch& batch);
  Status Decide(Transaction& tx, const Memory& memory, std::size_t max, Time now, Time lease,
                Batch& batch) const;
  Status TakeOver(Transaction& tx, Batch& batch, Time now) const;
  Status GiveFailures(Transaction& tx, std::size_t max, Time now, Time until, Batch& batch) const;
  std::vector<Delivery> Remember(const Batch& batch, const Memory& memory, Time until);
  void AnswerLocked(std::int64_t sequence);
  bool WriteIsDue();
  Status WriteDown(std::span<const Receipt> rows);
  std::chrono::steady_clock::time_point NextLook() const;

  std::optional<Receipt> ReadReceipt(std::string_view text) const;
  std::string WriteReceipt(const Receipt& receipt) const;

  Database& database_;
  const Clock& clock_;
  Bell& bell_;
  const std::string name_;
  const std::string owner_;
  const bool alone_;
  const bool forever_;

  mutable std::mutex mutex_;
  std::condition_variable free_;
  bool receiving_ = false;  // One thread at a time looks for more.
  bool ours_ = false;       // The row has our name on it.
  std::int64_t position_ = 0;
  std::int64_t written_ = 0;  // The row's position.
  // When `position_` is to be written down at last; none while it is.
  std::optional<std::chrono::steady_clock::time_point> write_by_;
  // Up to here each batch is written down at once: something there ended the process before.
  std::int64_t careful_until_ = 0;
  std::int64_t cursor_ = 0;
  std::int64_t reserved_ = 0;  // The row's `given`.
  Time lease_until_;           // The row's.
  std::map<std::int64_t, Given> window_;
};

}  // namespace heirloom::outbox
