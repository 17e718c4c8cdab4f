// EventBus is the port that carries events from the outbox to whoever acts on them. An event says
// that something changed, never what it is now (appliance/domain/event.h). `storage/outbox` is the
// outbox itself, in the main database; `storage/sns_sqs` carries events through SNS to a queue for
// each consumer. What every implementation promises is written as tests in
// tests/contract/event_bus_contract.cc: change promise and test together. Random histories leave
// the same behind on all of them: tests/contract/event_bus_history.h.
//
// Consumers. A consumer is a name with its own place in the stream and its own dead letters; every
// consumer gets every event, of all tenants, that was published after it came to be (earlier ones
// may come too). Workers of one consumer share its events. Names are fixed when the bus is opened:
// [a-z][a-z0-9-]{0,31}. Another name is kNotFound.
//
// At least once. What was published is given to each consumer until it was acknowledged or became a
// dead letter. It may come more than once, late, and behind newer events of the same thing; that is
// ordinary, not an error. So a consumer reads what is true now and compares versions, or remembers
// positions; it never counts on the bus for order. What an adapter adds to that, its header says.
//
// Epochs. A position names the history it belongs to. After a restore a message of the earlier
// history may still be under way; whoever receives one acknowledges it and does nothing else
// (EventConsumer in appliance/delivery does).
//
// Leases. What was received is nobody else's until the lease is over; then it is given again, as
// another attempt. A lease is made longer by Extend. Whoever stalls beyond it and then goes on
// changes nothing on the bus; what it writes elsewhere is only kept out by comparing versions, so a
// projection keeps a tombstone of what is deleted.
//
// Dead letters. An event whose attempt number `kMaxAttempts` fails, or whose lease runs out that
// often, becomes a dead letter of that consumer, with the reason, and the others pass it. It stays
// until it is redriven: then it is given to its consumer again, as attempt 1. An attempt is spent
// by Fail and by a lease that runs out, so a worker that waits for something that is down (and not
// for this event's fault) keeps the lease instead.
//
// Errors: kUnavailable when the bus cannot be reached, is too busy or refuses our credentials;
// kNotFound for a name or id that is not there; kInternal for damage.
//
// Thread-safe: any method may be called from any thread.

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.h"
#include "appliance/domain/cloud_event.h"
#include "appliance/domain/position.h"

namespace heirloom {

inline constexpr int kMaxAttempts = 5;
// Of the reason that a dead letter keeps; what is longer is cut.
inline constexpr std::size_t kMaxFailureReason = 500;
inline constexpr std::size_t kMaxReceived = 256;       // By one Receive.
inline constexpr std::size_t kMaxDeadLetters = 1'000;  // Of one consumer that can be listed.

// An event as it travels.
using BusEvent = CloudEvent;

struct Delivery {
  BusEvent event;
  int attempt = 1;      // From 1.
  std::string receipt;  // Stands for this attempt; void when its lease is over.
};

struct ReceiveOptions {
  std::size_t max = 10;  // At most kMaxReceived; fewer may come though there are more.
  // How long to wait for a first one; at most 20 s. It may end a little early or late.
  std::chrono::milliseconds wait{0};
  std::chrono::seconds lease{30};  // From 1 s to 12 h.
  std::stop_token stop;            // Ends the waiting, with an empty list, within a second or so.
};

enum class Fate { kAgain, kDeadLetter };

struct DeadLetter {
  std::string id;  // "<consumer>.<epoch>.<sequence>"
  std::string consumer;
  BusEvent event;
  int attempts = 0;
  std::string reason;
  Time since;
};

struct DeadLetterQuery {
  std::optional<std::string> tenant_id;  // None: of all tenants, for the operator.
  std::string after;                     // An id; what follows it. Empty: from the start.
  std::size_t limit = 50;                // At most kMaxDeadLetters.
};

class EventBus {
 public:
  virtual ~EventBus() = default;

  // Hands events on to all consumers, in this order. When it fails, some may have been handed on
  // all the same: publish all of them again. An event that was published twice is given at least
  // once. At most kMaxReceived of them.
  virtual Status Publish(std::span<const BusEvent> events) = 0;

  // What there is for a worker of `consumer`; empty when nothing came in time.
  virtual Result<std::vector<Delivery>> Receive(std::string_view consumer,
                                                const ReceiveOptions& options) = 0;

  // These are done with, and are not given again; a crash right afterwards may still bring some of
  // them back. A receipt whose lease is over is ignored: its event may be under way again.
  virtual Status Ack(std::string_view consumer, std::span<const Delivery> done) = 0;

  // From now on these are leased for `lease`. What is not ours any more is ignored.
  virtual Status Extend(std::string_view consumer, std::span<const Delivery> deliveries,
                        std::chrono::seconds lease) = 0;

  // The attempt failed. The event is given again after `retry_after` (at most 15 minutes), or, when
  // it was the last attempt, is a dead letter. `reason` is for the operator: no personal data.
  // UTF-8, control characters become spaces. A receipt whose lease is over changes nothing:
  // kAgain.
  virtual Result<Fate> Fail(std::string_view consumer, const Delivery& delivery,
                            std::string_view reason, std::chrono::seconds retry_after) = 0;

  // Dead letters by consumer and then by sequence. What somebody else is just looking at or
  // redriving may be missing for some seconds.
  virtual Result<std::vector<DeadLetter>> DeadLetters(const DeadLetterQuery& query) = 0;

  // One of them. `tenant_id` as in DeadLetterQuery; of another tenant is kNotFound.
  virtual Result<DeadLetter> FindDeadLetter(std::string_view id,
                                            const std::optional<std::string>& tenant_id) = 0;

  // Gives it to its consumer again. kNotFound when there is none, also when it was redriven in the
  // meantime. A crash in the middle may leave both the letter and the new attempt.
  virtual Status Redrive(std::string_view id, const std::optional<std::string>& tenant_id) = 0;

  // How many dead letters each consumer has, in the order of the names the bus was opened with. A
  // remote bus may be some seconds late.
  struct Count {
    std::string consumer;
    std::int64_t dead = 0;
    std::int64_t waiting = 0;  // Published and not acknowledged.
  };
  virtual Result<std::vector<Count>> Counts() = 0;
};

// For adapters: whether `name` may be a consumer's.
inline bool IsConsumerName(std::string_view name) {
  if (name.empty() || name.size() > 32 || name.front() < 'a' || name.front() > 'z') return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

// For adapters: a reason as it is kept: one line, whole characters, not too long.
std::string FailureReason(std::string_view text);

// For adapters: the id of a dead letter, and back. nullopt for what is none.
struct DeadLetterName {
  std::string consumer;
  Position position;
};
std::string DeadLetterId(std::string_view consumer, const Position& position);
std::optional<DeadLetterName> ParseDeadLetterId(std::string_view id);

}  // namespace heirloom
