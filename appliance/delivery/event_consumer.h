#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "appliance/base/result.h"
#include "storage/database.h"
#include "storage/event_bus.h"

namespace heirloom {

// Does what one event asks for. It may come twice, late, or behind newer ones: read what is true
// now. kUnavailable means that something it needs is not there: it is tried again until it is, and
// costs no attempt. Any other failure is the event's own: after five it is a dead letter. A long
// one looks at the token now and then.
using EventHandler = std::function<Status(const BusEvent&, const std::stop_token&)>;

struct EventConsumerOptions {
  std::string name;
  std::size_t at_once = 64;
  std::chrono::seconds lease{30};  // Kept up while the handler works, however long.
  // While something is not there: the first pause, doubled up to the longest.
  std::chrono::milliseconds first_pause{250};
  std::chrono::milliseconds longest_pause{30'000};
  // After the first, second, … failure of an event.
  std::array<std::chrono::seconds, kMaxAttempts - 1> retry_after{
      std::chrono::seconds(1), std::chrono::seconds(5), std::chrono::seconds(30),
      std::chrono::seconds(120)};
};

struct EventConsumerState {
  std::uint64_t handled = 0;
  std::uint64_t failed = 0;   // Attempts.
  std::uint64_t dead = 0;     // Events that became dead letters here.
  std::uint64_t foreign = 0;  // Of another history, passed without a look.
  std::string waits_for;      // Why it stands still; empty while it goes.
};

// Runs a handler over what a consumer of the bus is given: one worker, on a thread of its own.
// Several make the work go side by side. Works on every EventBus alike. Thread-safe.
class EventConsumer {
 public:
  // All must outlive it. `database` says which history this is.
  EventConsumer(Database& database, EventBus& bus, EventConsumerOptions options,
                EventHandler handler);
  ~EventConsumer();

  void Start();
  // Ends when the handler returns; what was not begun goes back. Idempotent.
  void Stop();

  EventConsumerState State() const;

 private:
  void Run(const std::stop_token& stop);
  Status WorkOff(std::vector<Delivery> deliveries, const std::stop_token& stop);
  Result<std::string> Epoch(const std::stop_token& stop);
  Status Handle(const Delivery& delivery, const std::stop_token& stop);
  Status Give(const Delivery& failed, const Error& error);
  void KeepLeases(const std::stop_token& stop);
  // False when it was called off.
  bool Pause(std::chrono::milliseconds span, const std::stop_token& stop);
  void WaitsFor(const std::string& what);

  Database& database_;
  EventBus& bus_;
  const EventConsumerOptions options_;
  const EventHandler handler_;

  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  EventConsumerState state_;
  std::vector<Delivery> in_hand_;  // Whose leases are kept up.

  std::jthread keeper_;
  std::jthread thread_;
};

}  // namespace heirloom
