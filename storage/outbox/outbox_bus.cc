#include "storage/outbox/outbox_bus.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "storage/outbox/lane.h"

namespace heirloom {
namespace {

using outbox::Bell;
using outbox::Lane;

tl::unexpected<Error> NoConsumer(std::string_view name) {
  return Fail(ErrorCode::kNotFound, "the event bus has no consumer '" + std::string(name) + "'");
}

tl::unexpected<Error> NoLetter() {
  return Fail(ErrorCode::kNotFound, "there is no such dead letter");
}

class OutboxBus final : public EventBus {
 public:
  OutboxBus(const OutboxBusOptions& options, std::shared_ptr<Bell> bell,
            CommitHooks::Subscription subscription, const std::string& owner)
      : database_(options.database),
        clock_(options.clock),
        bell_(std::move(bell)),
        subscription_(std::move(subscription)) {
    for (const std::string& name : options.consumers) {
      lanes_.push_back(std::make_unique<Lane>(database_, clock_, *bell_, name, owner, options.alone,
                                              options.forever));
    }
  }

  Status Publish(std::span<const BusEvent> events) override {
    if (events.size() > kMaxReceived) {
      return heirloom::Fail(ErrorCode::kInvalidArgument, "too many events in one batch");
    }
    bell_->Ring();
    return {};
  }

  Result<std::vector<Delivery>> Receive(std::string_view consumer,
                                        const ReceiveOptions& options) override {
    Lane* const lane = Find(consumer);
    if (!lane) return NoConsumer(consumer);
    return lane->Receive(options);
  }

  Status Ack(std::string_view consumer, std::span<const Delivery> done) override {
    Lane* const lane = Find(consumer);
    if (!lane) return NoConsumer(consumer);
    return lane->Ack(done);
  }

  Status Extend(std::string_view consumer, std::span<const Delivery> deliveries,
                std::chrono::seconds lease) override {
    Lane* const lane = Find(consumer);
    if (!lane) return NoConsumer(consumer);
    return lane->Extend(deliveries, lease);
  }

  Result<Fate> Fail(std::string_view consumer, const Delivery& delivery, std::string_view reason,
                    std::chrono::seconds retry_after) override {
    Lane* const lane = Find(consumer);
    if (!lane) return NoConsumer(consumer);
    return lane->Fail(delivery, reason, retry_after);
  }

  Result<std::vector<DeadLetter>> DeadLetters(const DeadLetterQuery& query) override {
    return ReadOne(database_,
                   [&](Reader& reader) { return outbox::ReadDeadLetters(reader, query); });
  }

  Result<DeadLetter> FindDeadLetter(std::string_view id,
                                    const std::optional<std::string>& tenant_id) override {
    const auto name = ParseDeadLetterId(id);
    if (!name) return NoLetter();
    auto letter = ReadOne(database_, [&](Reader& reader) {
      return outbox::ReadDeadLetter(reader, name->consumer, name->position.sequence);
    });
    if (!letter) return ErrorOf(letter);
    const bool theirs = *letter && (*letter)->id == id &&
                        (!tenant_id || (*letter)->event.event.tenant_id == *tenant_id);
    if (!theirs) return NoLetter();
    return std::move(**letter);
  }

  Status Redrive(std::string_view id, const std::optional<std::string>& tenant_id) override {
    const auto letter = FindDeadLetter(id, tenant_id);
    if (!letter) return ErrorOf(letter);
    bool revived = false;
    const auto written = database_.Write([&](Transaction& tx) -> Status {
      const auto done =
          outbox::Revive(tx, letter->consumer, letter->event.position.sequence, clock_.Now());
      if (!done) return ErrorOf(done);
      revived = *done;
      return {};
    });
    if (!written) return ErrorOf(written);
    if (!revived) return NoLetter();
    bell_->Ring();
    return {};
  }

  Result<std::vector<Count>> Counts() override {
    return ReadOne(database_, [&](Reader& reader) -> Result<std::vector<Count>> {
      const auto head = reader.Head();
      if (!head) return ErrorOf(head);
      std::vector<Count> counts;
      for (const auto& lane : lanes_) {
        const auto place = outbox::ReadPlace(reader, lane->name());
        if (!place) return ErrorOf(place);
        const auto dead = outbox::CountDeadLetters(reader, lane->name());
        if (!dead) return ErrorOf(dead);
        const auto failing = outbox::CountWaitingFailures(reader, lane->name());
        if (!failing) return ErrorOf(failing);
        const std::int64_t passed = std::max(place->position, lane->Position());
        const std::int64_t ahead = std::max<std::int64_t>(head->sequence - passed, 0);
        counts.push_back({lane->name(), *dead, ahead + *failing});
      }
      return counts;
    });
  }

 private:
  Lane* Find(std::string_view consumer) const {
    for (const auto& lane : lanes_) {
      if (lane->name() == consumer) return lane.get();
    }
    return nullptr;
  }

  Database& database_;
  const Clock& clock_;
  const std::shared_ptr<Bell> bell_;
  const CommitHooks::Subscription subscription_;  // Rings the bell.
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace

Result<std::unique_ptr<EventBus>> OpenOutboxBus(const OutboxBusOptions& options) {
  std::set<std::string_view> seen;
  for (const std::string& name : options.consumers) {
    if (!IsConsumerName(name) || !seen.insert(name).second) {
      return Fail(ErrorCode::kInvalidArgument,
                  "'" + name + "' is no name for a consumer, or twice");
    }
  }
  auto bell = std::make_shared<Bell>();
  auto subscription = options.database.OnCommit([bell](std::int64_t) { bell->Ring(); });
  const auto added = options.database.Write([&](Transaction& tx) -> Status {
    for (const std::string& name : options.consumers) {
      if (Status s = outbox::AddConsumer(tx, name, options.clock.Now()); !s) return s;
    }
    return {};
  });
  if (!added) return ErrorOf(added);
  return std::unique_ptr<EventBus>(std::make_unique<OutboxBus>(
      options, std::move(bell), std::move(subscription), NewSecret(options.random)));
}

}  // namespace heirloom
