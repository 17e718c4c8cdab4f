// What the parts of the EventBus contract suite share.

#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/contract/event_bus_contract.h"

namespace heirloom::contract {

using namespace std::chrono_literals;

// Longer than anything here takes; a test that needs it all has failed.
inline constexpr std::chrono::seconds kBusPatience{60};

inline std::string SubjectOf(int number) {
  std::string digits = std::to_string(number);
  return "0190a1b2-c3d4-7e5f-8a9b-" + std::string(12 - digits.size(), '0') + digits;
}

inline Event ChangeOf(int subject, std::int64_t version = 1, std::string tenant = "t1") {
  return {std::move(tenant), "StoryUpdated", SubjectOf(subject), SubjectOf(900), version};
}

// What comes until `count` events have come (or time is up), each acknowledged at once unless
// `keep`.
inline std::vector<Delivery> Take(EventBus& bus, std::string_view consumer, std::size_t count,
                                  bool keep = false, std::chrono::seconds lease = 60s) {
  std::vector<Delivery> all;
  const auto give_up_at = std::chrono::steady_clock::now() + kBusPatience;
  while (all.size() < count && std::chrono::steady_clock::now() < give_up_at) {
    const auto some =
        bus.Receive(consumer, {.max = std::min<std::size_t>(count - all.size(), kMaxReceived),
                               .wait = 2s,
                               .lease = lease,
                               .stop = {}});
    INFO((some ? std::string() : some.error().message));
    REQUIRE(some);
    if (!keep) REQUIRE(bus.Ack(consumer, *some));
    all.insert(all.end(), some->begin(), some->end());
  }
  REQUIRE(all.size() == count);
  return all;
}

inline Delivery TakeOne(EventBus& bus, std::string_view consumer,
                        std::chrono::seconds lease = 60s) {
  return Take(bus, consumer, 1, true, lease).front();
}

inline std::vector<std::int64_t> SequencesOf(const std::vector<Delivery>& deliveries) {
  std::vector<std::int64_t> sequences;
  for (const Delivery& delivery : deliveries) sequences.push_back(delivery.event.position.sequence);
  std::sort(sequences.begin(), sequences.end());
  return sequences;
}

inline ErrorCode BusCodeOf(const auto& result) {
  REQUIRE_FALSE(result);
  return result.error().code;
}

// Fails the next attempts of the one event there is until it is a dead letter.
inline Delivery Poison(EventBus& bus, std::string_view consumer, const std::string& reason) {
  for (int attempt = 1;; ++attempt) {
    REQUIRE(attempt <= kMaxAttempts);
    const Delivery delivery = TakeOne(bus, consumer);
    CHECK(delivery.attempt == attempt);
    const auto fate = bus.Fail(consumer, delivery, reason + " " + std::to_string(attempt),
                               std::chrono::seconds(0));
    REQUIRE(fate);
    if (*fate == Fate::kDeadLetter) return delivery;
  }
}

// The dead letters, once there are `count`: a remote bus hides what was just looked at.
inline std::vector<DeadLetter> LettersOnceThere(EventBus& bus, std::size_t count,
                                                const DeadLetterQuery& query = {}) {
  const auto give_up_at = std::chrono::steady_clock::now() + kBusPatience;
  for (;;) {
    const auto letters = bus.DeadLetters(query);
    INFO((letters ? std::string() : letters.error().message));
    REQUIRE(letters);
    if (letters->size() == count) return *letters;
    INFO(letters->size());
    REQUIRE(std::chrono::steady_clock::now() < give_up_at);
  }
}

}  // namespace heirloom::contract
