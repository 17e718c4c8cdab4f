#include "storage/sns_sqs/sns_sqs_bus.h"

#include <algorithm>
#include <set>
#include <utility>

#include "appliance/base/log.h"
#include "storage/sns_sqs/aws_service.h"
#include "storage/sns_sqs/dead_queue.h"
#include "storage/sns_sqs/queue.h"
#include "storage/sns_sqs/sns_answers.h"

namespace heirloom {
namespace {

using sns_sqs::Attribute;
using sns_sqs::DeadQueue;
using sns_sqs::kAtOnce;
using sns_sqs::Message;
using sns_sqs::Queue;
using sns_sqs::SnsClient;
using sns_sqs::SqsClient;

constexpr std::chrono::seconds kLongestWait{20};
constexpr std::chrono::seconds kLongestLease{12 * 3600};
constexpr std::chrono::seconds kLongestRetry{15 * 60};
constexpr int kPublishTries = 3;
// Of a batch, without its encoding; events are some hundred bytes.
constexpr std::size_t kMaxBatchBytes = 200u << 10;

tl::unexpected<Error> NoConsumer(std::string_view name) {
  return Fail(ErrorCode::kNotFound, "the event bus has no consumer '" + std::string(name) + "'");
}

tl::unexpected<Error> NoLetter() {
  return Fail(ErrorCode::kNotFound, "there is no such dead letter");
}

std::vector<std::string> ReceiptsOf(std::span<const Delivery> deliveries) {
  std::vector<std::string> receipts;
  for (const Delivery& delivery : deliveries) receipts.push_back(delivery.receipt);
  return receipts;
}

class SnsSqsBus final : public EventBus {
 public:
  explicit SnsSqsBus(const SnsSqsOptions& options)
      : address_(options.address),
        clock_(options.world.clock),
        credentials_(options.credentials),
        sns_service_(Service(options, "sns", "events (SNS)", std::chrono::seconds(30), 4)),
        sqs_service_(Service(options, "sqs", "events (SQS)", std::chrono::seconds(30), 16)),
        // As many as there are consumers may wait at once, each with some workers.
        poll_service_(Service(options, "sqs", "events (SQS, waiting)", std::chrono::seconds(60),
                              static_cast<int>(8 * (options.consumers.size() + 1)))),
        sns_(*sns_service_, address_.sns_endpoint),
        sqs_(*sqs_service_, address_.sqs_endpoint),
        polls_(*poll_service_, address_.sqs_endpoint) {
    for (const std::string& name : options.consumers) {
      lanes_.push_back(std::make_unique<Lane>(*this, name));
    }
  }

  Status Publish(std::span<const BusEvent> events) override {
    if (events.empty()) return {};
    if (events.size() > kMaxReceived) {
      return heirloom::Fail(ErrorCode::kInvalidArgument, "too many events in one batch");
    }
    const auto topic = TopicArn();
    if (!topic) return ErrorOf(topic);
    std::size_t from = 0;
    while (from < events.size()) {
      std::size_t count = 0;
      std::size_t bytes = 0;
      while (from + count < events.size() && count < kAtOnce) {
        const std::size_t size = WriteCloudEvent(events[from + count]).size() + 1'000;
        if (count > 0 && bytes + size > kMaxBatchBytes) break;
        bytes += size;
        ++count;
      }
      if (Status s = PublishSome(*topic, events.subspan(from, count)); !s) return s;
      from += count;
    }
    return {};
  }

  Result<std::vector<Delivery>> Receive(std::string_view consumer,
                                        const ReceiveOptions& options) override {
    Lane* const lane = Find(consumer);
    if (!lane) return NoConsumer(consumer);
    std::vector<Delivery> deliveries;
    const auto lease = std::clamp(options.lease, std::chrono::seconds(1), kLongestLease);
    // Whole seconds, none of them cut off: who waits for half a second waits for one.
    auto wait = std::min(std::chrono::ceil<std::chrono::seconds>(options.wait), kLongestWait);
    const std::size_t max = std::min(options.max, kMaxReceived);
    while (deliveries.size() < max && !options.stop.stop_requested()) {
      const std::size_t asked = std::min(max - deliveries.size(), kAtOnce);
      auto some = lane->queue.Receive(asked, lease, wait, options.stop);
      if (!some) {
        // What is in hand already is worth more than the error; called off is none.
        if (!deliveries.empty() || options.stop.stop_requested()) return deliveries;
        return ErrorOf(some);
      }
      for (Message& message : *some) Take(std::move(message), deliveries);
      if (some->size() < asked) break;
      wait = std::chrono::seconds(0);
    }
    return deliveries;
  }

  Status Ack(std::string_view consumer, std::span<const Delivery> done) override {
    Lane* const lane = Find(consumer);
    if (!lane) return NoConsumer(consumer);
    return lane->queue.Delete(ReceiptsOf(done));
  }

  Status Extend(std::string_view consumer, std::span<const Delivery> deliveries,
                std::chrono::seconds lease) override {
    Lane* const lane = Find(consumer);
    if (!lane) return NoConsumer(consumer);
    return lane->queue.SetVisibility(ReceiptsOf(deliveries),
                                     std::clamp(lease, std::chrono::seconds(1), kLongestLease));
  }

  Result<Fate> Fail(std::string_view consumer, const Delivery& delivery, std::string_view reason,
                    std::chrono::seconds retry_after) override {
    Lane* const lane = Find(consumer);
    if (!lane) return NoConsumer(consumer);
    const std::vector<std::string> receipt = {delivery.receipt};
    if (delivery.attempt < kMaxAttempts) {
      const Status later = lane->queue.SetVisibility(
          receipt, std::clamp(retry_after, std::chrono::seconds(0), kLongestRetry));
      if (!later) return ErrorOf(later);
      return Fate::kAgain;
    }
    // First there, then not here any more: in between it is in both, never in none.
    const std::vector<Attribute> why = {{"failure_reason", FailureReason(reason)},
                                        {"failed_at", std::to_string(clock_.Now().micros), true},
                                        {"attempts", std::to_string(delivery.attempt), true}};
    const Status sent = lane->dead.Send(WriteCloudEvent(delivery.event), delivery.event, why);
    if (!sent) return ErrorOf(sent);
    if (Status s = lane->queue.Delete(receipt); !s) return ErrorOf(s);
    return Fate::kDeadLetter;
  }

  Result<std::vector<DeadLetter>> DeadLetters(const DeadLetterQuery& query) override {
    const auto after = ParseDeadLetterId(query.after).value_or(DeadLetterName{});
    std::vector<Lane*> lanes;
    for (const auto& lane : lanes_) {
      if (lane->name >= after.consumer) lanes.push_back(lane.get());
    }
    std::sort(lanes.begin(), lanes.end(),
              [](const Lane* a, const Lane* b) { return a->name < b->name; });
    std::vector<DeadLetter> letters;
    for (Lane* const lane : lanes) {
      if (letters.size() >= query.limit) break;
      auto some = DeadQueue(lane->dead, lane->name).List();
      if (!some) return ErrorOf(some);
      for (DeadLetter& letter : *some) {
        const bool passed = lane->name == after.consumer &&
                            letter.event.position.sequence <= after.position.sequence;
        const bool theirs = !query.tenant_id || letter.event.event.tenant_id == *query.tenant_id;
        if (!passed && theirs && letters.size() < std::min(query.limit, kMaxDeadLetters)) {
          letters.push_back(std::move(letter));
        }
      }
    }
    return letters;
  }

  Result<DeadLetter> FindDeadLetter(std::string_view id,
                                    const std::optional<std::string>& tenant_id) override {
    const auto name = ParseDeadLetterId(id);
    Lane* const lane = name ? Find(name->consumer) : nullptr;
    if (!lane) return NoLetter();
    auto all = DeadQueue(lane->dead, lane->name).List();
    if (!all) return ErrorOf(all);
    for (DeadLetter& letter : *all) {
      const bool theirs = !tenant_id || letter.event.event.tenant_id == *tenant_id;
      if (letter.id == id && theirs) return std::move(letter);
    }
    return NoLetter();
  }

  Status Redrive(std::string_view id, const std::optional<std::string>& tenant_id) override {
    const auto name = ParseDeadLetterId(id);
    Lane* const lane = name ? Find(name->consumer) : nullptr;
    if (!lane) return NoLetter();
    return DeadQueue(lane->dead, lane->name).Redrive(std::string(id), tenant_id, lane->queue);
  }

  Result<std::vector<Count>> Counts() override {
    std::vector<Count> counts;
    for (const auto& lane : lanes_) {
      const auto dead = lane->dead.Count();
      if (!dead) return ErrorOf(dead);
      const auto waiting = lane->queue.Count();
      if (!waiting) return ErrorOf(waiting);
      counts.push_back({lane->name, *dead, *waiting});
    }
    return counts;
  }

 private:
  struct Lane {
    Lane(const SnsSqsBus& bus, std::string its_name)
        : name(std::move(its_name)),
          queue(bus.sqs_, bus.polls_, bus.address_.QueueOf(name)),
          dead(bus.sqs_, bus.polls_, bus.address_.DeadQueueOf(name)) {}
    const std::string name;
    Queue queue;
    Queue dead;
  };

  static std::unique_ptr<RemoteService> Service(const SnsSqsOptions& options,
                                                const std::string& service, const std::string& name,
                                                std::chrono::milliseconds max_time,
                                                int max_concurrent) {
    return sns_sqs::MakeAwsService({.service = service,
                                    .name = name,
                                    .region = options.address.region,
                                    .ca_file = options.ca_file,
                                    .max_time = max_time,
                                    .max_concurrent = max_concurrent},
                                   *options.credentials, options.world);
  }

  Lane* Find(std::string_view consumer) const {
    for (const auto& lane : lanes_) {
      if (lane->name == consumer) return lane.get();
    }
    return nullptr;
  }

  // A topic's ARN is that of its queues with another service and name: nobody needs the right to
  // list topics.
  Result<std::string> TopicArn() {
    if (lanes_.empty()) return NoConsumer("");
    const auto queue = lanes_.front()->queue.Arn();
    if (!queue) return ErrorOf(queue);
    const std::size_t name = queue->rfind(':');
    const std::size_t service = queue->find(":sqs:");
    if (name == std::string::npos || service == std::string::npos) {
      return heirloom::Fail(ErrorCode::kUnavailable, "SQS gave a queue no ARN");
    }
    return queue->substr(0, service) +
           ":sns:" + queue->substr(service + 5, name + 1 - (service + 5)) + address_.topic;
  }

  // What failed of a batch is tried again by itself.
  Status PublishSome(const std::string& topic, std::span<const BusEvent> events) const {
    std::set<std::string> left;
    for (std::size_t i = 1; i <= events.size(); ++i) left.insert(std::to_string(i));
    std::string failure;
    for (int attempt = 0; attempt < kPublishTries && !left.empty(); ++attempt) {
      std::string fields;
      sns_sqs::AddField(fields, "TopicArn", topic);
      int number = 0;
      for (std::size_t i = 1; i <= events.size(); ++i) {
        if (left.contains(std::to_string(i))) {
          fields += sns_sqs::PublishEntry(++number, static_cast<int>(i), events[i - 1]);
        }
      }
      const auto xml = sns_.Call("PublishBatch", fields);
      if (!xml) return ErrorOf(xml);
      const auto answer = sns_sqs::ReadBatchAnswer(*xml);
      if (!answer) return ErrorOf(answer);
      for (const std::string& id : answer->taken) left.erase(id);
      failure = answer->failure;
    }
    if (left.empty()) return {};
    return heirloom::Fail(ErrorCode::kUnavailable,
                          "SNS did not take " + std::to_string(left.size()) + " of " +
                              std::to_string(events.size()) + " events: " + failure);
  }

  static void Take(Message message, std::vector<Delivery>& deliveries) {
    auto event = ReadCloudEvent(message.body);
    if (!event) {
      LogError("a message is no event", {{"reason", event.error().message}});
      return;
    }
    deliveries.push_back({std::move(*event), message.receives, std::move(message.receipt)});
  }

  const SnsSqsAddress address_;
  const Clock& clock_;
  const std::shared_ptr<aws::CredentialsProvider> credentials_;
  const std::unique_ptr<RemoteService> sns_service_;
  const std::unique_ptr<RemoteService> sqs_service_;
  const std::unique_ptr<RemoteService> poll_service_;
  const SnsClient sns_;
  const SqsClient sqs_;
  const SqsClient polls_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace

Result<std::unique_ptr<EventBus>> OpenSnsSqsBus(const SnsSqsOptions& options) {
  std::set<std::string_view> seen;
  for (const std::string& name : options.consumers) {
    if (!IsConsumerName(name) || !seen.insert(name).second) {
      return Fail(ErrorCode::kInvalidArgument,
                  "'" + name + "' is no name for a consumer, or twice");
    }
  }
  if (options.consumers.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "a bus needs a consumer: name one");
  }
  return std::unique_ptr<EventBus>(std::make_unique<SnsSqsBus>(options));
}

}  // namespace heirloom
