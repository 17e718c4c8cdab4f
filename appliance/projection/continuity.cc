#include "appliance/projection/continuity.h"

namespace heirloom {
namespace {

Result<Position> HeadOf(Database& database) {
  return ReadOne(database, [](Reader& reader) { return reader.Head(); });
}

}  // namespace

Status Continuity::Begin() {
  if (!alone_) return {};
  auto head = HeadOf(database_);
  if (!head) return ErrorOf(head);
  ceiling_ = std::move(*head);
  return {};
}

Result<bool> Continuity::CanGoOn(const std::optional<Position>& reached) {
  const auto head = HeadOf(database_);
  if (!head) return ErrorOf(head);
  if (!reached || reached->epoch != head->epoch || reached->sequence > head->sequence) return false;
  if (ceiling_ && reached->sequence > ceiling_->sequence) return false;
  ceiling_.reset();  // From here on it moves by what it follows.
  if (reached->sequence == head->sequence) return true;
  const auto next = database_.EventsAfter(reached->sequence, 1);
  if (!next) return ErrorOf(next);
  return !next->empty() && next->front().sequence == reached->sequence + 1;
}

}  // namespace heirloom
