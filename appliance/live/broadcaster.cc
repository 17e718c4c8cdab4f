#include "appliance/live/broadcaster.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace heirloom {
namespace {

// Less than what a stream's queue holds (http/sse.h), so that who reads is not cut off by a burst.
constexpr std::int64_t kEventsAtOnce = 100;
// A heartbeat goes to one part of the subscribers at a time, so that thousands do not wake at once.
constexpr int kParts = 15;
constexpr std::string_view kHeartbeat = ":\n\n";

bool IsWanted(const Subscriber& subscriber, const StoredEvent& stored) {
  if (stored.sequence <= subscriber.seen) return false;
  return subscriber.only_legacy.empty() || subscriber.only_legacy == stored.event.legacy_id;
}

std::map<std::string, std::vector<Id>> UsersOf(
    const std::vector<std::unique_ptr<Subscriber>>& subscribers) {
  std::map<std::string, std::set<Id>> users;
  for (const auto& subscriber : subscribers) {
    users[subscriber->who.tenant_id].insert(subscriber->who.user_id);
  }
  std::map<std::string, std::vector<Id>> lists;
  for (const auto& [tenant, ids] : users) lists[tenant].assign(ids.begin(), ids.end());
  return lists;
}

}  // namespace

struct Broadcaster::Arrival {
  Position head;
  std::map<std::string, std::vector<Id>> users;
  std::map<std::string, std::vector<MembershipRow>> memberships;
  std::map<std::pair<Id, Id>, Role> roles;  // By user and legacy.
  std::set<Id> good;                        // Credentials.
  std::vector<StoredEvent> missed;          // Between what they saw and what was passed on.
  EventFacts facts;
  bool too_many = false;
};

struct Broadcaster::Batch {
  Position head;
  std::vector<StoredEvent> events;
  EventFacts facts;
  bool last = false;
};

Broadcaster::Broadcaster(Database& database, const Clock& clock, const LiveLimits& limits)
    : database_(database),
      clock_(clock),
      limits_(limits),
      next_beat_(std::chrono::steady_clock::now()) {}

Status Broadcaster::Admit(std::vector<std::unique_ptr<Subscriber>> joins) {
  std::move(joins.begin(), joins.end(), std::back_inserter(pending_));
  if (pending_.empty()) return {};
  Arrival arrival;
  const Status read = database_.Read([&](Reader& reader) { return ReadArrival(reader, arrival); });
  if (!read) return read;
  epoch_ = arrival.head.epoch;
  if (!listening()) position_ = access_seen_ = arrival.head.sequence;
  for (auto& subscriber : std::exchange(pending_, {})) TakeIn(std::move(subscriber), arrival);
  for (const auto& [tenant, users] : arrival.users) {
    audiences_.SetMemberships(tenant, users, arrival.memberships[tenant]);
  }
  return {};
}

Status Broadcaster::ReadArrival(Reader& reader, Arrival& arrival) const {
  auto head = reader.Head();
  if (!head) return ErrorOf(head);
  arrival.head = std::move(*head);
  arrival.users = UsersOf(pending_);
  for (const auto& [tenant, users] : arrival.users) {
    auto rows = live_repository::MembershipsOf(reader, tenant, users);
    if (!rows) return ErrorOf(rows);
    for (const MembershipRow& row : *rows) {
      arrival.roles[{row.user_id, row.legacy_id}] = row.role;
    }
    arrival.memberships[tenant] = std::move(*rows);
    auto good = live_repository::GoodCredentialsOf(reader, tenant, users, clock_.Now());
    if (!good) return ErrorOf(good);
    arrival.good.merge(*good);
  }
  // Who opened a stream before the newest events were passed on missed those: they come now.
  const std::int64_t passed_on = listening() ? position_.load() : arrival.head.sequence;
  std::int64_t seen = passed_on;
  for (const auto& subscriber : pending_) seen = std::min(seen, subscriber->seen);
  if (seen == passed_on) return {};
  auto missed = live_repository::Events(reader, seen, passed_on, kEventsAtOnce + 1);
  if (!missed) return ErrorOf(missed);
  arrival.too_many = missed->size() > static_cast<std::size_t>(kEventsAtOnce);
  if (arrival.too_many) return {};
  arrival.missed = std::move(*missed);
  auto facts = EventFacts::Read(reader, arrival.missed);
  if (!facts) return ErrorOf(facts);
  arrival.facts = std::move(*facts);
  return {};
}

void Broadcaster::TakeIn(std::unique_ptr<Subscriber> subscriber, const Arrival& arrival) {
  if (!arrival.good.contains(subscriber->credential)) return subscriber->stream->Close();
  if (arrival.too_many && subscriber->seen < position_) {
    subscriber->stream->Send(ResetFrame({epoch_, position_}));
  }
  for (const StoredEvent& stored : arrival.missed) {
    const auto facts = arrival.facts.Of(stored.event);
    if (!facts) continue;
    const auto role = arrival.roles.find({subscriber->who.user_id, stored.event.legacy_id});
    std::string frame;
    Offer(*subscriber, role == arrival.roles.end() ? std::nullopt : std::optional(role->second),
          stored, *facts, frame);
  }
  subscriber->seen = std::max(subscriber->seen, position_.load());
  audiences_.Add(std::move(subscriber));
}

void Broadcaster::Dismiss(const std::vector<std::uint64_t>& numbers) {
  for (const std::uint64_t number : numbers) {
    audiences_.Remove(number);
    std::erase_if(pending_, [&](const auto& subscriber) { return subscriber->number == number; });
  }
}

Status Broadcaster::Follow(const std::stop_token& stop) {
  while (listening() && !stop.stop_requested()) {
    Batch batch;
    const Status read = database_.Read([&](Reader& reader) { return ReadBatch(reader, batch); });
    if (!read) return read;
    for (const StoredEvent& stored : batch.events) {
      if (const auto facts = batch.facts.Of(stored.event)) Deliver(stored, *facts);
    }
    if (batch.last) position_ = std::max(position_.load(), batch.head.sequence);
    if (batch.last) return {};
    position_ = batch.events.back().sequence;
  }
  return {};
}

// Access first, and all of it, also what lies after these events: what they show is read as it is
// now, and is not for somebody who was put out by now.
Status Broadcaster::ReadBatch(Reader& reader, Batch& batch) {
  auto head = reader.Head();
  if (!head) return ErrorOf(head);
  batch.head = std::move(*head);
  const auto changes = live_repository::AccessChanges(reader, access_seen_);
  if (!changes) return ErrorOf(changes);
  if (Status s = ApplyAccess(reader, *changes); !s) return s;
  access_seen_ = std::max(access_seen_, batch.head.sequence);
  auto events = live_repository::Events(reader, position_, batch.head.sequence, kEventsAtOnce);
  if (!events) return ErrorOf(events);
  batch.events = std::move(*events);
  batch.last = batch.events.size() < static_cast<std::size_t>(kEventsAtOnce);
  std::vector<StoredEvent> heard;
  for (const StoredEvent& stored : batch.events) {
    if (Concerns(stored.event)) heard.push_back(stored);
  }
  auto facts = EventFacts::Read(reader, heard);
  if (!facts) return ErrorOf(facts);
  batch.facts = std::move(*facts);
  return {};
}

Status Broadcaster::ApplyAccess(Reader& reader, const std::vector<StoredEvent>& changes) {
  std::set<Id> ended;
  std::map<std::string, std::set<Id>> changed;
  std::map<std::string, std::vector<Id>> founded;
  for (const auto& [sequence, event, created_at] : changes) {
    if (event.type == event_type::kMemberChanged) {
      changed[event.tenant_id].insert(event.subject);
    } else if (event.type == event_type::kLegacyCreated) {
      founded[event.tenant_id].push_back(event.legacy_id);
    } else {
      ended.insert(event.subject);
    }
  }
  if (!ended.empty()) CloseEnded(ended);
  for (const auto& [tenant, legacies] : founded) {
    auto members = live_repository::MembersOf(reader, tenant, legacies);
    if (!members) return ErrorOf(members);
    changed[tenant].merge(*members);
  }
  for (auto& [tenant, people] : changed) {
    std::erase_if(people,
                  [&, &t = tenant](const Id& user) { return !audiences_.IsConnected(t, user); });
    const std::vector<Id> users(people.begin(), people.end());
    const auto rows = live_repository::MembershipsOf(reader, tenant, users);
    if (!rows) return ErrorOf(rows);
    audiences_.SetMemberships(tenant, users, *rows);
  }
  return {};
}

void Broadcaster::CloseEnded(const std::set<Id>& credentials) {
  std::vector<std::uint64_t> numbers;
  audiences_.ForEach([&](Subscriber& subscriber) {
    if (!credentials.contains(subscriber.credential)) return;
    subscriber.stream->Close();
    numbers.push_back(subscriber.number);
  });
  Dismiss(numbers);
}

bool Broadcaster::Concerns(const Event& event) const {
  if (audiences_.HasAudience(event.tenant_id, event.legacy_id)) return true;
  return event.type == event_type::kMemberChanged &&
         audiences_.IsConnected(event.tenant_id, event.subject);
}

void Broadcaster::Deliver(const StoredEvent& stored, const FactsOfEvent& facts) {
  const Event& event = stored.event;
  std::string frame;
  audiences_.ForEachIn(event.tenant_id, event.legacy_id, [&](Subscriber& subscriber, Role role) {
    Offer(subscriber, role, stored, facts, frame);
  });
  if (event.type != event_type::kMemberChanged) return;
  audiences_.ForEachOutside(
      event.tenant_id, event.legacy_id, event.subject,
      [&](Subscriber& subscriber) { Offer(subscriber, std::nullopt, stored, facts, frame); });
}

void Broadcaster::Offer(Subscriber& subscriber, std::optional<Role> role, const StoredEvent& stored,
                        const FactsOfEvent& facts, std::string& frame) {
  if (!IsWanted(subscriber, stored)) return;
  if (!MayHear(subscriber.who, role, stored.event, facts)) return;
  if (frame.empty()) frame = FrameOf(epoch_, stored);
  subscriber.stream->Send(frame);
  ++sent_;
}

std::chrono::milliseconds Broadcaster::tick() const {
  return std::max(limits_.heartbeat / kParts, std::chrono::milliseconds(1));
}

void Broadcaster::Tick() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_beat_) return;
  // After a long stop everybody gets one, not one for each that was left out.
  const auto beats = std::min<std::int64_t>((now - next_beat_) / tick() + 1, kParts);
  next_beat_ = now + tick();
  const Time today = clock_.Now();
  std::vector<std::uint64_t> expired;
  audiences_.ForEach([&](Subscriber& subscriber) {
    if (subscriber.expires_at.micros > 0 && subscriber.expires_at <= today) {
      subscriber.stream->Close();
      expired.push_back(subscriber.number);
    } else if ((subscriber.number + kParts - beat_ % kParts) % kParts <
               static_cast<std::uint64_t>(beats)) {
      subscriber.stream->Send(kHeartbeat);
    }
  });
  beat_ += static_cast<std::uint64_t>(beats);
  Dismiss(expired);
}

void Broadcaster::CloseAll() {
  audiences_.ForEach([](Subscriber& subscriber) { subscriber.stream->Close(); });
  for (const auto& subscriber : pending_) subscriber->stream->Close();
}

}  // namespace heirloom
