#include "storage/outbox/lane.h"

#include <algorithm>
#include <utility>

#include "appliance/base/log.h"
#include "appliance/base/number.h"

namespace heirloom::outbox {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Nothing is written when events are given out, but once for so many, or so long.
constexpr std::int64_t kReserve = 4'096;
// What was acknowledged is written down after so long, unless kReserve events come first: a crash
// brings no more than that again.
constexpr milliseconds kWriteAfter{500};
// While so many wait to be tried again, something is wrong with more than these events.
constexpr std::int64_t kMostFailures = 1'000;
constexpr std::chrono::seconds kLongestWait{20};
constexpr milliseconds kLookAgain{500};  // For what falls due.
constexpr std::chrono::seconds kLongestRetry{15 * 60};
constexpr std::chrono::seconds kLongestLease{12 * 3600};

Time SpanOf(std::chrono::seconds span) { return Time::FromSeconds(span.count()); }

}  // namespace

void Bell::Ring() {
  {
    const std::lock_guard lock(mutex_);
    ++count_;
  }
  rung_.notify_all();
}

std::uint64_t Bell::Count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

void Bell::Await(std::uint64_t seen, steady_clock::time_point until, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  rung_.wait_until(lock, stop, until, [&] { return count_ != seen; });
}

Lane::Lane(Database& database, const Clock& clock, Bell& bell, std::string name, std::string owner,
           bool alone, bool forever)
    : database_(database),
      clock_(clock),
      bell_(bell),
      name_(std::move(name)),
      owner_(std::move(owner)),
      alone_(alone),
      forever_(forever) {}

// Who comes next need not wait, nor think that what was reserved was given out.
Lane::~Lane() {
  if (!ours_) return;
  const auto released = database_.Write([&](Transaction& tx) -> Status {
    auto place = ReadPlace(tx, name_);
    if (!place) return ErrorOf(place);
    if (place->owner != owner_) return {};
    place->position = std::max(place->position, position_);
    place->given = std::max(place->position, window_.empty() ? 0 : cursor_);
    place->lease_until = {};
    return WritePlace(tx, name_, *place, clock_.Now());
  });
  if (!released) {
    LogWarn("a consumer's lease was not given back",
            {{"consumer", name_}, {"reason", released.error().message}});
  }
}

Result<std::vector<Delivery>> Lane::Receive(const ReceiveOptions& options) {
  const std::size_t max = std::min(options.max, kMaxReceived);
  if (max == 0) return std::vector<Delivery>();
  const Time lease = SpanOf(std::clamp(options.lease, std::chrono::seconds(1), kLongestLease));
  const auto give_up_at = steady_clock::now() + std::min<milliseconds>(options.wait, kLongestWait);
  for (;;) {
    const std::uint64_t seen = bell_.Count();
    auto some = TryReceive(max, lease);
    if (!some || !some->empty()) return some;
    if (WriteIsDue()) {
      if (Status s = WriteDown({}); !s) return ErrorOf(s);
    }
    if (steady_clock::now() >= give_up_at || options.stop.stop_requested()) return some;
    bell_.Await(seen, std::min(give_up_at, NextLook()), options.stop);
  }
}

Result<std::vector<Delivery>> Lane::TryReceive(std::size_t max, Time lease) {
  {
    std::unique_lock lock(mutex_);
    if (!free_.wait_for(lock, kLongestWait, [&] { return !receiving_; })) {
      return std::vector<Delivery>();
    }
    receiving_ = true;
  }
  const auto receive = [&]() -> Result<std::vector<Delivery>> {
    const Time now = clock_.Now();
    const Memory memory = Look(now);
    Batch batch;
    const auto settled = Peek(memory, max, now, now + lease, batch);
    if (!settled) return ErrorOf(settled);
    if (!*settled) {
      const auto written = database_.Write([&](Transaction& tx) {
        batch = {};
        return Decide(tx, memory, max, now, lease, batch);
      });
      if (!written) return ErrorOf(written);
      batch.epoch = written->epoch;
    }
    return Remember(batch, memory, now + lease);
  };
  auto received = receive();
  {
    const std::lock_guard lock(mutex_);
    receiving_ = false;
  }
  free_.notify_one();
  return received;
}

Lane::Memory Lane::Look(Time now) const {
  const std::lock_guard lock(mutex_);
  Memory memory{ours_, position_, cursor_, reserved_, lease_until_, {}};
  for (const auto& [sequence, given] : window_) {
    if (!given.answered && given.until <= now) memory.expired.push_back(given.event);
  }
  return memory;
}

// Whether what there is can be given out without writing anything down; then it is in `batch`.
Result<bool> Lane::Peek(const Memory& memory, std::size_t max, Time now, Time until, Batch& batch) {
  bool due = false;
  const Status read = database_.Read([&](Reader& reader) -> Status {
    const auto head = reader.Head();
    if (!head) return ErrorOf(head);
    batch.epoch = head->epoch;
    if (!memory.ours) {
      auto place = ReadPlace(reader, name_);
      if (!place) return ErrorOf(place);
      batch.ours = alone_ || place->lease_until <= now || place->owner == owner_;
      return {};
    }
    const auto any = HasDueFailure(reader, name_, now);
    if (!any) return ErrorOf(any);
    due = *any;
    if (due || head->sequence <= memory.cursor) return {};
    const auto failures = CountWaitingFailures(reader, name_);
    if (!failures) return ErrorOf(failures);
    if (*failures >= kMostFailures) return {};
    auto events = EventsAfter(reader, memory.cursor, max);
    if (!events) return ErrorOf(events);
    batch.events = std::move(*events);
    return {};
  });
  if (!read) return ErrorOf(read);
  if (!memory.ours) return !batch.ours;
  if (due || !memory.expired.empty()) return false;
  if (batch.events.empty()) return true;
  return batch.events.back().sequence <= memory.reserved && memory.lease_until >= until;
}

Status Lane::Decide(Transaction& tx, const Memory& memory, std::size_t max, Time now, Time lease,
                    Batch& batch) const {
  if (Status s = tx.Lock("events:" + name_, Transaction::LockMode::kExclusive); !s) return s;
  auto place = ReadPlace(tx, name_);
  if (!place) return ErrorOf(place);
  batch.place = std::move(*place);
  if (batch.place.owner != owner_) {
    batch.ours = alone_ || batch.place.lease_until <= now;
    if (!batch.ours) return {};
    batch.taken_over = true;
    if (Status s = TakeOver(tx, batch, now); !s) return s;
  } else {
    batch.place.position = std::max(batch.place.position, memory.position);
    for (const StoredEvent& event : memory.expired) {
      const Status spent = AddFailure(tx, name_, event, "it was not answered in time", now, now);
      if (!spent) return spent;
    }
  }
  if (Status s = GiveFailures(tx, max, now, now + lease, batch); !s) return s;
  const auto failures = CountWaitingFailures(tx, name_);
  if (!failures) return ErrorOf(failures);
  const std::int64_t after = batch.taken_over ? batch.place.position : memory.cursor;
  if (*failures < kMostFailures && batch.failures.size() < max) {
    auto events = EventsAfter(tx, after, max - batch.failures.size());
    if (!events) return ErrorOf(events);
    batch.events = std::move(*events);
  }
  if (!batch.events.empty() && batch.events.back().sequence > batch.place.given) {
    batch.place.given = batch.events.back().sequence + kReserve;
  }
  batch.place.lease_until = std::max(batch.place.lease_until, now + lease + lease);
  return WritePlace(tx, name_, batch.place, now);
}

// Whoever had it ended while something was given out, perhaps because of it. Which it was is not
// known: the first one pays with an attempt, and goes alone from then on; so in the end it is the
// guilty one that is left.
Status Lane::TakeOver(Transaction& tx, Batch& batch, Time now) const {
  Place& place = batch.place;
  place.owner = owner_;
  place.lease_until = {};
  if (!forever_ && place.given > place.position) {
    batch.careful_until = place.given;
    const auto first = EventsAfter(tx, place.position, 1);
    if (!first) return ErrorOf(first);
    if (!first->empty() && first->front().sequence <= place.given) {
      const Status spent =
          AddFailure(tx, name_, first->front(), "whoever worked on it ended", now, now);
      if (!spent) return spent;
      place.position = first->front().sequence;
    }
  }
  place.given = place.position;
  return {};
}

Status Lane::GiveFailures(Transaction& tx, std::size_t max, Time now, Time until,
                          Batch& batch) const {
  const auto due = DueFailures(tx, name_, now, max);
  if (!due) return ErrorOf(due);
  for (const Failure& failure : *due) {
    const std::int64_t sequence = failure.event.sequence;
    if (failure.attempts >= kMaxAttempts && !forever_) {
      const auto buried = Bury(tx, name_, sequence, failure.attempts, std::nullopt, now);
      if (!buried) return ErrorOf(buried);
      continue;
    }
    if (Status s = BeginAttempt(tx, name_, sequence, until); !s) return s;
    batch.failures.push_back({failure.event, failure.attempts + 1});
  }
  return {};
}

std::vector<Delivery> Lane::Remember(const Batch& batch, const Memory& memory, Time until) {
  std::vector<Delivery> deliveries;
  const auto deliver = [&](const StoredEvent& stored, int attempt, const Receipt& receipt) {
    deliveries.push_back({{{batch.epoch, stored.sequence}, stored.event, stored.created_at},
                          attempt,
                          WriteReceipt(receipt)});
  };
  const std::lock_guard lock(mutex_);
  ours_ = batch.ours && (ours_ || batch.taken_over || batch.place.owner == owner_);
  if (!ours_ || batch.taken_over) window_.clear();
  if (!ours_) return deliveries;
  if (batch.taken_over) {
    position_ = cursor_ = batch.place.position;
    careful_until_ = batch.careful_until;
  }
  if (!batch.place.owner.empty()) {  // It was written.
    written_ = batch.place.position;
    reserved_ = batch.place.given;
    lease_until_ = batch.place.lease_until;
    for (const StoredEvent& event : memory.expired) AnswerLocked(event.sequence);
  }
  for (const Failure& failure : batch.failures) {
    deliver(failure.event, failure.attempts, {failure.event.sequence, failure.attempts});
  }
  for (const StoredEvent& event : batch.events) {
    window_[event.sequence] = {event, until, false};
    cursor_ = event.sequence;
    deliver(event, 1, {event.sequence, 0});
  }
  return deliveries;
}

// Under mutex_.
void Lane::AnswerLocked(std::int64_t sequence) {
  const auto found = window_.find(sequence);
  if (found == window_.end()) return;
  found->second.answered = true;
  while (!window_.empty() && window_.begin()->second.answered) {
    position_ = window_.begin()->first;
    window_.erase(window_.begin());
  }
}

Status Lane::Ack(std::span<const Delivery> done) {
  std::vector<Receipt> rows;
  {
    const std::lock_guard lock(mutex_);
    for (const Delivery& delivery : done) {
      const auto receipt = ReadReceipt(delivery.receipt);
      if (!receipt) continue;
      if (receipt->attempts > 0) {
        rows.push_back(*receipt);
      } else {
        AnswerLocked(receipt->sequence);
      }
    }
  }
  if (rows.empty() && !WriteIsDue()) return {};
  return WriteDown(rows);
}

std::int64_t Lane::Position() const {
  const std::lock_guard lock(mutex_);
  return ours_ ? position_ : 0;
}

bool Lane::WriteIsDue() {
  const auto now = steady_clock::now();
  const std::lock_guard lock(mutex_);
  if (!ours_ || position_ <= written_) return false;
  if (!write_by_) write_by_ = now + kWriteAfter;
  return now >= *write_by_ || position_ - written_ >= kReserve || written_ < careful_until_;
}

steady_clock::time_point Lane::NextLook() const {
  const auto later = steady_clock::now() + kLookAgain;
  const std::lock_guard lock(mutex_);
  return write_by_ ? std::min(*write_by_, later) : later;
}

// What was answered, here and by the rows of event_failures that are done with.
Status Lane::WriteDown(std::span<const Receipt> rows) {
  std::int64_t position = 0;
  {
    const std::lock_guard lock(mutex_);
    if (ours_ && position_ > written_) position = position_;
  }
  if (position == 0 && rows.empty()) return {};
  bool kept = true;
  const auto written = database_.Write([&](Transaction& tx) -> Status {
    for (const Receipt& row : rows) {
      const auto removed = Remove(tx, name_, row.sequence, row.attempts);
      if (!removed) return ErrorOf(removed);
    }
    if (position == 0) return {};
    const auto advanced = Advance(tx, name_, owner_, position, clock_.Now());
    if (!advanced) return ErrorOf(advanced);
    kept = *advanced;
    return {};
  });
  if (!written) return ErrorOf(written);
  const std::lock_guard lock(mutex_);
  write_by_.reset();
  if (kept) {
    written_ = std::max(written_, position);
  } else {  // Somebody else has it by now, and gives out what was not written down.
    ours_ = false;
    window_.clear();
  }
  return {};
}

Status Lane::Extend(std::span<const Delivery> deliveries, std::chrono::seconds lease) {
  const Time now = clock_.Now();
  const Time until = now + SpanOf(std::clamp(lease, std::chrono::seconds(1), kLongestLease));
  std::vector<Receipt> rows;
  bool prolong = false;
  {
    const std::lock_guard lock(mutex_);
    for (const Delivery& delivery : deliveries) {
      const auto receipt = ReadReceipt(delivery.receipt);
      if (!receipt) continue;
      if (receipt->attempts > 0) rows.push_back(*receipt);
      const auto found = receipt->attempts > 0 ? window_.end() : window_.find(receipt->sequence);
      if (found != window_.end() && !found->second.answered) found->second.until = until;
    }
    prolong = ours_ && lease_until_ < until;
  }
  if (rows.empty() && !prolong) return {};
  Time lane_until;
  const auto written = database_.Write([&](Transaction& tx) -> Status {
    for (const Receipt& row : rows) {
      const auto moved = MoveDue(tx, name_, row.sequence, row.attempts, until);
      if (!moved) return ErrorOf(moved);
    }
    auto place = ReadPlace(tx, name_);
    if (!place) return ErrorOf(place);
    if (place->owner != owner_) return {};
    place->lease_until = std::max(place->lease_until, until + (until - now));
    lane_until = place->lease_until;
    return WritePlace(tx, name_, *place, now);
  });
  if (!written) return ErrorOf(written);
  const std::lock_guard lock(mutex_);
  lease_until_ = std::max(lease_until_, lane_until);
  return {};
}

Result<Fate> Lane::Fail(const Delivery& delivery, std::string_view reason,
                        std::chrono::seconds retry_after) {
  const auto receipt = ReadReceipt(delivery.receipt);
  if (!receipt) return Fate::kAgain;
  const std::string words = FailureReason(reason);
  const Time now = clock_.Now();
  const Time due = now + SpanOf(std::clamp(retry_after, std::chrono::seconds(0), kLongestRetry));
  if (receipt->attempts > 0) {
    const bool last = receipt->attempts >= kMaxAttempts && !forever_;
    const auto written = database_.Write([&](Transaction& tx) -> Status {
      const auto hit =
          last ? Bury(tx, name_, receipt->sequence, receipt->attempts, words, now)
               : Retry(tx, name_, receipt->sequence, receipt->attempts, words, due, now);
      return hit ? Status() : Status(ErrorOf(hit));
    });
    if (!written) return ErrorOf(written);
    if (!last) bell_.Ring();
    return last ? Fate::kDeadLetter : Fate::kAgain;
  }
  std::optional<StoredEvent> event;
  {
    const std::lock_guard lock(mutex_);
    const auto found = window_.find(receipt->sequence);
    if (ours_ && found != window_.end() && !found->second.answered) event = found->second.event;
  }
  if (!event) return Fate::kAgain;
  bool ours = false;
  const auto written = database_.Write([&](Transaction& tx) -> Status {
    const auto place = ReadPlace(tx, name_);
    if (!place) return ErrorOf(place);
    // Else somebody gives it out by now, or is done with it.
    ours = place->owner == owner_;
    return ours ? AddFailure(tx, name_, *event, words, due, now) : Status();
  });
  if (!written) return ErrorOf(written);
  if (!ours) return Fate::kAgain;
  {
    // Only now: what is not written down must not be passed.
    const std::lock_guard lock(mutex_);
    AnswerLocked(receipt->sequence);
  }
  bell_.Ring();
  if (Status s = WriteDown({}); !s) return ErrorOf(s);
  return Fate::kAgain;
}

// "<owner>:<sequence>:<attempts>"
std::string Lane::WriteReceipt(const Receipt& receipt) const {
  return owner_ + ":" + std::to_string(receipt.sequence) + ":" + std::to_string(receipt.attempts);
}

std::optional<Lane::Receipt> Lane::ReadReceipt(std::string_view text) const {
  if (!text.starts_with(owner_ + ":")) return std::nullopt;
  text.remove_prefix(owner_.size() + 1);
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto sequence = ParseNumber<std::int64_t>(text.substr(0, colon));
  const auto attempts = ParseNumber<std::int64_t>(text.substr(colon + 1));
  if (!sequence || !attempts || *attempts < 0) return std::nullopt;
  return Receipt{*sequence, static_cast<int>(*attempts)};
}

}  // namespace heirloom::outbox
