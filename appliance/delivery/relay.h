#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "appliance/base/result.h"
#include "storage/event_bus.h"

namespace heirloom {

struct RelayState {
  std::uint64_t published = 0;
  std::uint64_t failures = 0;  // Batches that were not taken.
  std::string failure;         // Why it stands still; empty while it goes.
};

// Hands what is committed on to another bus, in order. The outbox is a bus, so the relay is one of
// its consumers: its lease makes one process the leader, its row is the position, and it is woken
// by commits. Nothing is acknowledged before the other bus has it, so a crash publishes the last
// half second's again; while the other bus is away, writers go on and the backlog grows.
// Thread-safe.
class Relay {
 public:
  static constexpr std::string_view kConsumer = "relay";

  // `outbox` must have the consumer `kConsumer`, without dead letters (OutboxBusOptions::forever).
  Relay(EventBus& outbox, EventBus& to) : outbox_(outbox), to_(to) {}
  ~Relay();

  void Start();
  void Stop();  // Idempotent.

  RelayState State() const;
  // Events that were committed and not published; -1 when the outbox cannot be asked.
  std::int64_t Backlog() const;

 private:
  void Run(const std::stop_token& stop);
  Status HandOn(const std::vector<Delivery>& deliveries, const std::stop_token& stop);
  bool Pause(std::chrono::milliseconds span, const std::stop_token& stop);
  void Note(const Status& done, std::uint64_t published);

  EventBus& outbox_;
  EventBus& to_;

  mutable std::mutex mutex_;
  RelayState state_;
  std::jthread thread_;
};

}  // namespace heirloom
