#include "storage/outbox/rows.h"

#include <algorithm>
#include <utility>

namespace heirloom::outbox {
namespace {

Status Done(const Result<std::int64_t>& executed) {
  return executed ? Status() : Status(ErrorOf(executed));
}

Result<bool> Hit(const Result<std::int64_t>& executed) {
  if (!executed) return ErrorOf(executed);
  return *executed > 0;
}

Result<std::int64_t> Number(Reader& reader, std::string_view sql,
                            std::initializer_list<SqlValue> params) {
  std::int64_t number = 0;
  const Status read = reader.Query(sql, params, [&](const Row& row) {
    number = row.Integer(0);
    return true;
  });
  if (!read) return ErrorOf(read);
  return number;
}

// sequence, tenant_id, type, subject, legacy_id, version, created_at
StoredEvent EventFrom(const Row& row) {
  return {row.Integer(0),
          {row.String(1), row.String(2), row.String(3), row.String(4), row.Integer(5)},
          row.TimeAt(6)};
}

constexpr std::string_view kLetterColumns =
    "SELECT sequence, tenant_id, type, subject, legacy_id, version, created_at, consumer, attempts,"
    " reason, failed_at FROM event_failures WHERE due_at IS NULL";

DeadLetter LetterFrom(const Row& row, const std::string& epoch) {
  StoredEvent stored = EventFrom(row);
  DeadLetter letter;
  letter.event = {{epoch, stored.sequence}, std::move(stored.event), stored.created_at};
  letter.consumer = row.String(7);
  letter.attempts = static_cast<int>(row.Integer(8));
  letter.reason = row.String(9);
  letter.since = row.TimeAt(10);
  letter.id = DeadLetterId(letter.consumer, letter.event.position);
  return letter;
}

}  // namespace

Status AddConsumer(Transaction& tx, std::string_view name, Time now) {
  return Done(
      tx.Execute("INSERT INTO event_consumers (name, position, given, owner, lease_until, seen_at)"
                 " VALUES ($1, 0, 0, '', 0, $2) ON CONFLICT (name) DO NOTHING",
                 {name, SqlOf(now)}));
}

Result<Place> ReadPlace(Reader& reader, std::string_view name) {
  std::optional<Place> place;
  const Status read = reader.Query(
      "SELECT position, given, owner, lease_until FROM event_consumers WHERE name = $1", {name},
      [&](const Row& row) {
        place = Place{row.Integer(0), row.Integer(1), row.String(2), row.TimeAt(3)};
        return false;
      });
  if (!read) return ErrorOf(read);
  if (!place) return Fail(ErrorCode::kNotFound, "no consumer " + std::string(name));
  return std::move(*place);
}

Status WritePlace(Transaction& tx, std::string_view name, const Place& place, Time now) {
  return Done(
      tx.Execute("UPDATE event_consumers SET position ="
                 " CASE WHEN position < $2 THEN $2 ELSE position END, given = $3, owner = $4,"
                 " lease_until = $5, seen_at = $6 WHERE name = $1",
                 {name, place.position, place.given, std::string_view(place.owner),
                  SqlOf(place.lease_until), SqlOf(now)}));
}

Result<bool> Advance(Transaction& tx, std::string_view name, std::string_view owner,
                     std::int64_t position, Time now) {
  return Hit(
      tx.Execute("UPDATE event_consumers SET position ="
                 " CASE WHEN position < $3 THEN $3 ELSE position END, seen_at = $4"
                 " WHERE name = $1 AND owner = $2",
                 {name, owner, position, SqlOf(now)}));
}

// One statement: of two that find the turn over, the second sees the first's.
Result<bool> TakeTurn(Transaction& tx, std::string_view name, std::string_view owner, Time until,
                      std::int64_t position, Time now) {
  return Hit(
      tx.Execute("UPDATE event_consumers SET owner = $2, lease_until = $3, seen_at = $5, position ="
                 " CASE WHEN position < $4 THEN $4 ELSE position END"
                 " WHERE name = $1 AND (owner = $2 OR lease_until <= $5)",
                 {name, owner, SqlOf(until), position, SqlOf(now)}));
}

Status EndTurn(Transaction& tx, std::string_view name, std::string_view owner, Time now) {
  return Done(
      tx.Execute("UPDATE event_consumers SET lease_until = 0, seen_at = $3"
                 " WHERE name = $1 AND owner = $2",
                 {name, owner, SqlOf(now)}));
}

Result<std::vector<StoredEvent>> EventsAfter(Reader& reader, std::int64_t sequence,
                                             std::size_t limit) {
  std::vector<StoredEvent> events;
  const Status read = reader.Query(
      "SELECT sequence, tenant_id, type, subject, legacy_id, version, created_at FROM outbox"
      " WHERE sequence > $1 ORDER BY sequence LIMIT $2",
      {sequence, static_cast<std::int64_t>(limit)}, [&](const Row& row) {
        events.push_back(EventFrom(row));
        return true;
      });
  if (!read) return ErrorOf(read);
  return events;
}

Status AddFailure(Transaction& tx, std::string_view consumer, const StoredEvent& event,
                  std::string_view reason, Time due_at, Time now) {
  const Event& of = event.event;
  return Done(tx.Execute(
      "INSERT INTO event_failures (consumer, sequence, tenant_id, type, subject,"
      " legacy_id, version, created_at, attempts, reason, failed_at, due_at)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10, $11)"
      " ON CONFLICT (consumer, sequence) DO NOTHING",
      {consumer, event.sequence, std::string_view(of.tenant_id), std::string_view(of.type),
       std::string_view(of.subject), std::string_view(of.legacy_id), of.version,
       SqlOf(event.created_at), reason, SqlOf(now), SqlOf(due_at)}));
}

Result<bool> HasDueFailure(Reader& reader, std::string_view consumer, Time now) {
  bool found = false;
  const Status read =
      reader.Query("SELECT 1 FROM event_failures WHERE consumer = $1 AND due_at <= $2 LIMIT 1",
                   {consumer, SqlOf(now)}, [&](const Row&) {
                     found = true;
                     return false;
                   });
  if (!read) return ErrorOf(read);
  return found;
}

Result<std::vector<Failure>> DueFailures(Reader& reader, std::string_view consumer, Time now,
                                         std::size_t limit) {
  std::vector<Failure> due;
  const Status read = reader.Query(
      "SELECT sequence, tenant_id, type, subject, legacy_id, version, created_at, attempts"
      " FROM event_failures WHERE consumer = $1 AND due_at <= $2 ORDER BY due_at, sequence LIMIT "
      "$3",
      {consumer, SqlOf(now), static_cast<std::int64_t>(limit)}, [&](const Row& row) {
        due.push_back({EventFrom(row), static_cast<int>(row.Integer(7))});
        return true;
      });
  if (!read) return ErrorOf(read);
  return due;
}

Result<std::int64_t> CountWaitingFailures(Reader& reader, std::string_view consumer) {
  return Number(reader,
                "SELECT COUNT(*) FROM event_failures WHERE consumer = $1 AND due_at IS NOT NULL",
                {consumer});
}

Status BeginAttempt(Transaction& tx, std::string_view consumer, std::int64_t sequence, Time until) {
  return Done(
      tx.Execute("UPDATE event_failures SET attempts = attempts + 1, due_at = $3,"
                 " reason = 'it was not answered in time'"
                 " WHERE consumer = $1 AND sequence = $2",
                 {consumer, sequence, SqlOf(until)}));
}

Result<bool> MoveDue(Transaction& tx, std::string_view consumer, std::int64_t sequence,
                     int attempts, Time due_at) {
  return Hit(
      tx.Execute("UPDATE event_failures SET due_at = $4 WHERE consumer = $1 AND sequence = $2"
                 " AND attempts = $3 AND due_at IS NOT NULL",
                 {consumer, sequence, std::int64_t{attempts}, SqlOf(due_at)}));
}

Result<bool> Retry(Transaction& tx, std::string_view consumer, std::int64_t sequence, int attempts,
                   std::string_view reason, Time due_at, Time now) {
  return Hit(
      tx.Execute("UPDATE event_failures SET due_at = $4, reason = $5, failed_at = $6"
                 " WHERE consumer = $1 AND sequence = $2 AND attempts = $3 AND due_at IS NOT NULL",
                 {consumer, sequence, std::int64_t{attempts}, SqlOf(due_at), reason, SqlOf(now)}));
}

Result<bool> Bury(Transaction& tx, std::string_view consumer, std::int64_t sequence, int attempts,
                  const std::optional<std::string>& reason, Time now) {
  return Hit(
      tx.Execute("UPDATE event_failures SET due_at = NULL, reason = COALESCE($4, reason),"
                 " failed_at = $5"
                 " WHERE consumer = $1 AND sequence = $2 AND attempts = $3 AND due_at IS NOT NULL",
                 {consumer, sequence, std::int64_t{attempts}, SqlOf(reason), SqlOf(now)}));
}

Result<bool> Remove(Transaction& tx, std::string_view consumer, std::int64_t sequence,
                    int attempts) {
  return Hit(
      tx.Execute("DELETE FROM event_failures WHERE consumer = $1 AND sequence = $2"
                 " AND attempts = $3 AND due_at IS NOT NULL",
                 {consumer, sequence, std::int64_t{attempts}}));
}

Result<std::vector<DeadLetter>> ReadDeadLetters(Reader& reader, const DeadLetterQuery& query) {
  static const std::string all = std::string(kLetterColumns) +
                                 " AND (consumer > $1 OR (consumer = $1 AND sequence > $2))"
                                 " ORDER BY consumer, sequence LIMIT $3";
  static const std::string of_tenant =
      std::string(kLetterColumns) +
      " AND (consumer > $1 OR (consumer = $1 AND sequence > $2)) AND tenant_id = $4"
      " ORDER BY consumer, sequence LIMIT $3";
  const auto head = reader.Head();
  if (!head) return ErrorOf(head);
  const auto after = ParseDeadLetterId(query.after).value_or(DeadLetterName{});
  std::vector<SqlValue> params = {
      std::string_view(after.consumer), after.position.sequence,
      static_cast<std::int64_t>(std::min(query.limit, kMaxDeadLetters))};
  if (query.tenant_id) params.emplace_back(std::string_view(*query.tenant_id));
  std::vector<DeadLetter> letters;
  const Status read =
      reader.Query(query.tenant_id ? of_tenant : all, Params(params), [&](const Row& row) {
        letters.push_back(LetterFrom(row, head->epoch));
        return true;
      });
  if (!read) return ErrorOf(read);
  return letters;
}

Result<std::optional<DeadLetter>> ReadDeadLetter(Reader& reader, std::string_view consumer,
                                                 std::int64_t sequence) {
  static const std::string sql =
      std::string(kLetterColumns) + " AND consumer = $1 AND sequence = $2";
  const auto head = reader.Head();
  if (!head) return ErrorOf(head);
  std::optional<DeadLetter> letter;
  const Status read = reader.Query(sql, {consumer, sequence}, [&](const Row& row) {
    letter = LetterFrom(row, head->epoch);
    return false;
  });
  if (!read) return ErrorOf(read);
  return letter;
}

Result<bool> Revive(Transaction& tx, std::string_view consumer, std::int64_t sequence, Time now) {
  return Hit(
      tx.Execute("UPDATE event_failures SET attempts = 0, due_at = $3"
                 " WHERE consumer = $1 AND sequence = $2 AND due_at IS NULL",
                 {consumer, sequence, SqlOf(now)}));
}

Result<std::int64_t> CountDeadLetters(Reader& reader, std::string_view consumer) {
  return Number(reader,
                "SELECT COUNT(*) FROM event_failures WHERE consumer = $1 AND due_at IS NULL",
                {consumer});
}

}  // namespace heirloom::outbox
