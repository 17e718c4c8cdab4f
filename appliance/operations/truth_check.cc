#include "appliance/operations/truth_check.h"

#include <optional>
#include <string>

#include "appliance/audit/audit_trail.h"

namespace heirloom {
namespace {

constexpr char kOutbox[] = "outbox";
constexpr char kClock[] = "clock";
constexpr char kAudit[] = "audit";
constexpr char kMend[] =
    "put back a backup from before it: heirloom restore --data-dir DIR --from FILE";
// Clocks of a family's machines are set by hand now and then.
constexpr Time kSlack = Time::FromSeconds(300);

struct Events {
  std::int64_t count = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
  Time newest;
  std::int64_t head = 0;
  std::optional<std::int64_t> gap_after;
};

Result<Events> ReadEvents(Reader& reader) {
  Events events;
  Status read = reader.Query(
      "SELECT COUNT(*), COALESCE(MIN(sequence), 0), COALESCE(MAX(sequence), 0), "
      "COALESCE(MAX(created_at), 0) FROM outbox",
      {}, [&](const Row& row) {
        events.count = row.Integer(0);
        events.first = row.Integer(1);
        events.last = row.Integer(2);
        events.newest = row.TimeAt(3);
        return true;
      });
  if (!read) return ErrorOf(read);
  const auto head = reader.Head();
  if (!head) return ErrorOf(head);
  events.head = head->sequence;
  if (events.count == 0 || events.last - events.first + 1 == events.count) return events;
  read = reader.Query(
      "SELECT o.sequence FROM outbox o WHERE o.sequence < $1 AND NOT EXISTS "
      "(SELECT 1 FROM outbox n WHERE n.sequence = o.sequence + 1) ORDER BY o.sequence LIMIT 1",
      {events.last}, [&](const Row& row) {
        events.gap_after = row.Integer(0);
        return false;
      });
  if (!read) return ErrorOf(read);
  return events;
}

}  // namespace

Result<std::int64_t> CheckOutbox(Database& database, const Clock& clock, Findings& findings) {
  const auto events = ReadOne(database, ReadEvents);
  if (!events) return ErrorOf(events);
  if (events->gap_after) {
    findings.Error(kOutbox,
                   "the event after " + std::to_string(*events->gap_after) +
                       " is missing: what changed then may not be found",
                   "heirloom rebuild search --data-dir DIR");
  }
  if (events->count > 0 && events->last != events->head) {
    findings.Error(kOutbox,
                   "the newest event is " + std::to_string(events->last) + ", but " +
                       std::to_string(events->head) + " were given out",
                   kMend);
  }
  const Time now = clock.Now();
  if (events->newest > now + kSlack) {
    findings.Warning(kClock,
                     "the newest event is of " + ToRfc3339(events->newest) +
                         ", this machine's clock says " + ToRfc3339(now),
                     "set the clock, and keep it set (timedatectl set-ntp true)");
  }
  return events->count;
}

Status CheckAudit(Database& database, Findings& findings) {
  const auto broken = ReadOne(database, [](Reader& reader) { return audit::Verify(reader); });
  if (!broken) return ErrorOf(broken);
  if (*broken) {
    findings.Error(kAudit,
                   "entry " + std::to_string((*broken)->number) +
                       " of the audit trail does not hold: " + (*broken)->reason,
                   kMend);
  }
  return {};
}

}  // namespace heirloom
