#include "storage/outbox_queries.h"

#include <algorithm>

namespace heirloom {
namespace {

constexpr int kMostEvents = 10'000;

}  // namespace

Result<std::vector<StoredEvent>> ReadEventsAfter(Database& database, std::int64_t sequence,
                                                 int limit) {
  std::vector<StoredEvent> events;
  Status read = database.Read([&](Reader& reader) {
    return reader.Query(
        "SELECT sequence, tenant_id, type, subject, legacy_id, version, created_at FROM outbox"
        " WHERE sequence > $1 ORDER BY sequence LIMIT $2",
        {sequence, std::int64_t{std::clamp(limit, 0, kMostEvents)}}, [&](const Row& row) {
          events.push_back(
              {row.Integer(0),
               {row.String(1), row.String(2), row.String(3), row.String(4), row.Integer(5)},
               row.TimeAt(6)});
          return true;
        });
  });
  if (!read) return ErrorOf(read);
  return events;
}

Status ReadAndTouch(Database& database) {
  Status read = database.Read([](Reader& reader) {
    const Result<Position> head = reader.Head();
    return head ? Status() : Status(ErrorOf(head));
  });
  if (!read) return read;
  // A real change of a row, so that a full or read-only disk shows.
  const Result<Position> written = database.Write([](Transaction& transaction) {
    const auto touched =
        transaction.Execute("UPDATE meta SET value = value WHERE key = 'epoch'", {});
    return touched ? Status() : Status(ErrorOf(touched));
  });
  return written ? Status() : Status(ErrorOf(written));
}

}  // namespace heirloom
