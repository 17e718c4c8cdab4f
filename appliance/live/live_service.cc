#include "appliance/live/live_service.h"

#include <algorithm>
#include <map>
#include <utility>

#include "appliance/base/log.h"
#include "appliance/base/thread_name.h"
#include "appliance/domain/policy.h"

namespace heirloom {
namespace {

const Id& CredentialOf(const Caller& caller) {
  return caller.by_token ? caller.token_id : caller.session_id;
}

// Something, in a legacy where they may see everything.
Status RequireSomethingToRead(const Principal& who) {
  const Resource resource{Role::kOwner, Visibility::kMembers, StoryStatus::kPublished, false};
  if (Decide(who, Action::kReadStory, resource) || Decide(who, Action::kReadLegacy, resource)) {
    return {};
  }
  return Fail(ErrorCode::kForbidden, "This token lacks a scope to read anything.");
}

// Spread over some seconds, so that after a restart not everybody comes back at once.
std::string RetryField(std::uint64_t number) {
  return "retry: " + std::to_string(2000 + (number * 997) % 3000) + "\n\n";
}

}  // namespace

LiveService::LiveService(Database& database, const Clock& clock, const LiveLimits& limits,
                         NewStream new_stream)
    : database_(database),
      clock_(clock),
      limits_(limits),
      new_stream_(std::move(new_stream)),
      reception_(std::make_shared<Reception>(limits)),
      broadcaster_(database, clock, limits) {
  subscription_ =
      database_.OnCommit([reception = reception_](std::int64_t head) { reception->Commit(head); });
}

LiveService::~LiveService() { Stop(); }

void LiveService::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void LiveService::Stop() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  broadcaster_.CloseAll();
  reception_->Close();
}

Result<LiveService::Opened> LiveService::Open(const Caller& caller,
                                              const std::optional<Position>& seen,
                                              const Id& only_legacy) {
  if (const Status may = RequireSomethingToRead(caller.principal); !may) return ErrorOf(may);
  const auto number = reception_->Reserve(caller.principal);
  if (!number) return ErrorOf(number);
  Beginning beginning;
  const Status read = database_.Read(
      [&](Reader& reader) { return ReadBeginning(reader, caller, seen, only_legacy, beginning); });
  if (!read) {
    reception_->Leave(*number);
    return ErrorOf(read);
  }
  auto stream = new_stream_([reception = reception_, n = *number] { reception->Leave(n); });
  auto subscriber = std::make_unique<Subscriber>(Subscriber{*number, stream, caller.principal,
                                                            CredentialOf(caller), caller.expires_at,
                                                            only_legacy, beginning.head.sequence});
  subscriber->who.name.clear();
  reception_->Join(std::move(subscriber));
  return Opened{std::move(stream), RetryField(*number) + beginning.frames};
}

Status LiveService::ReadBeginning(Reader& reader, const Caller& caller,
                                  const std::optional<Position>& seen, const Id& only_legacy,
                                  Beginning& beginning) const {
  const Principal& who = caller.principal;
  auto head = reader.Head();
  if (!head) return ErrorOf(head);
  beginning = {std::move(*head), ""};
  const std::vector<Id> user = {who.user_id};
  // What told who they are may be a second old.
  const auto good = live_repository::GoodCredentialsOf(reader, who.tenant_id, user, clock_.Now());
  if (!good) return ErrorOf(good);
  if (!good->contains(CredentialOf(caller))) {
    return Fail(ErrorCode::kUnauthenticated, "Your session or token has ended; sign in again.");
  }
  const std::int64_t now = beginning.head.sequence;
  const bool lost = seen && (seen->epoch != beginning.head.epoch || seen->sequence > now);
  if (lost) beginning.frames = ResetFrame(beginning.head);
  return ReadMissed(reader, who, seen && !lost ? seen->sequence : now, only_legacy, beginning);
}

Status LiveService::ReadMissed(Reader& reader, const Principal& who, std::int64_t seen,
                               const Id& only_legacy, Beginning& beginning) const {
  const std::vector<Id> user = {who.user_id};
  const auto rows = live_repository::MembershipsOf(reader, who.tenant_id, user);
  if (!rows) return ErrorOf(rows);
  std::map<Id, Role> roles;
  for (const MembershipRow& row : *rows) roles[row.legacy_id] = row.role;
  const auto role_in = [&](const Id& legacy) {
    const auto role = roles.find(legacy);
    return role == roles.end() ? std::nullopt : std::optional(role->second);
  };
  if (!only_legacy.empty()) {
    const std::vector<Id> one = {only_legacy};
    const auto found = live_repository::Legacies(reader, who.tenant_id, one);
    if (!found) return ErrorOf(found);
    Resource resource;
    const auto legacy = found->find(only_legacy);
    if (legacy != found->end() && !legacy->second.gone) {
      resource = {role_in(only_legacy), legacy->second.visibility, std::nullopt, false};
    }
    if (Status may = Require(who, Action::kReadLegacy, resource, "legacy"); !may) return may;
  }
  const Position& head = beginning.head;
  if (seen == head.sequence) {
    if (beginning.frames.empty()) beginning.frames = PositionFrame(head);
    return {};
  }
  const auto oldest = live_repository::OldestSequence(reader);
  if (!oldest) return ErrorOf(oldest);
  auto events = live_repository::Events(reader, seen, head.sequence, limits_.replay + 1);
  if (!events) return ErrorOf(events);
  const bool swept = *oldest == 0 || seen + 1 < *oldest;
  if (swept || events->size() > static_cast<std::size_t>(limits_.replay)) {
    beginning.frames = ResetFrame(head);
    return {};
  }
  std::erase_if(*events, [&](const StoredEvent& stored) {
    const Event& event = stored.event;
    if (event.tenant_id != who.tenant_id) return true;
    if (!only_legacy.empty() && event.legacy_id != only_legacy) return true;
    return !roles.contains(event.legacy_id) && event.subject != who.user_id;
  });
  const auto facts = EventFacts::Read(reader, *events);
  if (!facts) return ErrorOf(facts);
  for (const StoredEvent& stored : *events) {
    const auto about = facts->Of(stored.event);
    if (about && MayHear(who, role_in(stored.event.legacy_id), stored.event, *about)) {
      beginning.frames += FrameOf(head.epoch, stored);
    }
  }
  beginning.frames += PositionFrame(head);
  return {};
}

LiveStats LiveService::Stats() const {
  LiveStats stats{reception_->count(), broadcaster_.sent(), 0};
  if (stats.subscribers > 0) {
    stats.lag = std::max<std::int64_t>(reception_->head() - broadcaster_.position(), 0);
  }
  return stats;
}

void LiveService::Run(const std::stop_token& stop) {
  NameThisThread("live");
  bool well = true;
  while (!stop.stop_requested()) {
    const auto longest = std::min(limits_.look_again, broadcaster_.tick());
    auto work =
        reception_->Await(stop, longest, well && broadcaster_.listening(), broadcaster_.position());
    Status done = broadcaster_.Admit(std::move(work.joins));
    broadcaster_.Dismiss(work.leaves);
    if (done) done = broadcaster_.Follow(stop);
    if (!done && well) {
      LogError("events are not passed on", {{"reason", done.error().message}});
    }
    well = done.has_value();
    broadcaster_.Tick();
  }
}

}  // namespace heirloom
