#include "storage/outbox/sweep.h"

#include <algorithm>

namespace heirloom {
namespace {

constexpr Time kEventsStay = Time::FromSeconds(7LL * 24 * 60 * 60);
constexpr Time kConsumersCount = Time::FromSeconds(30LL * 24 * 60 * 60);

// The newest sequence that may go, when `at_most` go at once; 0: none.
Result<std::int64_t> LastToGo(Reader& reader, const SweepOptions& options) {
  const auto head = reader.Head();
  if (!head) return ErrorOf(head);
  std::int64_t passed = std::min(options.needed_after, head->sequence - 1);
  Status read = reader.Query("SELECT position FROM event_consumers WHERE seen_at > $1",
                             {SqlOf(options.now - kConsumersCount)}, [&](const Row& row) {
                               passed = std::min(passed, row.Integer(0));
                               return true;
                             });
  if (!read) return ErrorOf(read);
  std::int64_t last = 0;
  // In order and not by MAX, so that it ends at the first that is too young.
  read = reader.Query(
      "SELECT sequence, created_at FROM outbox WHERE sequence <= $1 ORDER BY sequence LIMIT $2",
      {passed, std::int64_t{options.at_most}}, [&](const Row& row) {
        if (row.TimeAt(1) > options.now - kEventsStay) return false;
        last = row.Integer(0);
        return true;
      });
  if (!read) return ErrorOf(read);
  return last;
}

}  // namespace

Result<std::int64_t> SweepOutbox(Database& database, const SweepOptions& options) {
  const auto last = ReadOne(database, [&](Reader& reader) { return LastToGo(reader, options); });
  if (!last) return ErrorOf(last);
  if (*last == 0) return std::int64_t{0};
  std::int64_t gone = 0;
  const auto swept = database.Write([&](Transaction& tx) -> Status {
    const auto deleted = tx.Execute("DELETE FROM outbox WHERE sequence <= $1", {*last});
    if (!deleted) return ErrorOf(deleted);
    gone = *deleted;
    return {};
  });
  if (!swept) return ErrorOf(swept);
  return gone;
}

}  // namespace heirloom
