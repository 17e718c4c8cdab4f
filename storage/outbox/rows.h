// The SQL of event_consumers and event_failures.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/result.h"
#include "storage/database.h"
#include "storage/event_bus.h"

namespace heirloom::outbox {

// A row of event_consumers.
struct Place {
  std::int64_t position = 0;
  std::int64_t given = 0;
  std::string owner;
  Time lease_until;
};
// Makes the row when it is missing.
Status AddConsumer(Transaction& tx, std::string_view name, Time now);
Result<Place> ReadPlace(Reader& reader, std::string_view name);
// The row's position never goes back.
Status WritePlace(Transaction& tx, std::string_view name, const Place& place, Time now);
// Moves `position` on, never back. False when `owner` does not have it any more.
Result<bool> Advance(Transaction& tx, std::string_view name, std::string_view owner,
                     std::int64_t position, Time now);
// Makes `owner` the one whose turn it is until `until`, when it is already or nobody's is, and
// moves `position` on, never back. False when it is another's.
Result<bool> TakeTurn(Transaction& tx, std::string_view name, std::string_view owner, Time until,
                      std::int64_t position, Time now);
Status EndTurn(Transaction& tx, std::string_view name, std::string_view owner, Time now);

// Of the outbox, in order.
Result<std::vector<StoredEvent>> EventsAfter(Reader& reader, std::int64_t sequence,
                                             std::size_t limit);

// A row of event_failures that is no dead letter.
struct Failure {
  StoredEvent event;
  int attempts = 0;
};
Status AddFailure(Transaction& tx, std::string_view consumer, const StoredEvent& event,
                  std::string_view reason, Time due_at, Time now);
Result<bool> HasDueFailure(Reader& reader, std::string_view consumer, Time now);
Result<std::vector<Failure>> DueFailures(Reader& reader, std::string_view consumer, Time now,
                                         std::size_t limit);
Result<std::int64_t> CountWaitingFailures(Reader& reader, std::string_view consumer);
// Another attempt begins, and ends at `until` unless it is answered.
Status BeginAttempt(Transaction& tx, std::string_view consumer, std::int64_t sequence, Time until);
// These are about attempt number `attempts` of the row; false when that one is over.
Result<bool> MoveDue(Transaction& tx, std::string_view consumer, std::int64_t sequence,
                     int attempts, Time due_at);
Result<bool> Retry(Transaction& tx, std::string_view consumer, std::int64_t sequence, int attempts,
                   std::string_view reason, Time due_at, Time now);
Result<bool> Bury(Transaction& tx, std::string_view consumer, std::int64_t sequence, int attempts,
                  const std::optional<std::string>& reason, Time now);
Result<bool> Remove(Transaction& tx, std::string_view consumer, std::int64_t sequence,
                    int attempts);

Result<std::vector<DeadLetter>> ReadDeadLetters(Reader& reader, const DeadLetterQuery& query);
Result<std::optional<DeadLetter>> ReadDeadLetter(Reader& reader, std::string_view consumer,
                                                 std::int64_t sequence);
Result<bool> Revive(Transaction& tx, std::string_view consumer, std::int64_t sequence, Time now);
Result<std::int64_t> CountDeadLetters(Reader& reader, std::string_view consumer);

}  // namespace heirloom::outbox
