#include <string>

#include "storage/sns_sqs/aws_service.h"
#include "storage/sns_sqs/queue.h"
#include "storage/sns_sqs/sns_answers.h"
#include "storage/sns_sqs/sns_sqs_bus.h"

namespace heirloom {
namespace {

using namespace sns_sqs;  // NOLINT(google-build-using-namespace): all of it is this adapter's.

constexpr char kKeepFor[] = "1209600";  // 14 days, the most that SQS knows.

class Provisioner {
 public:
  Provisioner(const SnsClient& sns, const SqsClient& sqs, const SnsSqsAddress& address)
      : sns_(sns), sqs_(sqs), address_(address) {}

  Status Run(const std::vector<std::string>& consumers) const {
    std::string fields;
    AddField(fields, "Name", address_.topic);
    const auto made = sns_.Call("CreateTopic", fields);
    if (!made) return ErrorOf(made);
    const auto topic = ResultText(*made, "TopicArn");
    if (!topic) return ErrorOf(topic);
    for (const std::string& consumer : consumers) {
      if (Status s = AddConsumer(consumer, *topic); !s) return s;
    }
    return {};
  }

 private:
  Status AddConsumer(const std::string& consumer, const std::string& topic) const {
    Queue dead(sqs_, sqs_, address_.DeadQueueOf(consumer));
    Queue queue(sqs_, sqs_, address_.QueueOf(consumer));
    if (Status s = Make(dead); !s) return s;
    if (Status s = Make(queue); !s) return s;
    const auto dead_arn = dead.Arn();
    if (!dead_arn) return ErrorOf(dead_arn);
    const auto arn = queue.Arn();
    if (!arn) return ErrorOf(arn);

    JsonWriter redrive;
    redrive.BeginObject().Member("deadLetterTargetArn", *dead_arn);
    redrive.Member("maxReceiveCount", std::int64_t{kMaxAttempts}).EndObject();
    JsonWriter attributes;
    attributes.BeginObject().Member("MessageRetentionPeriod", kKeepFor);
    attributes.Member("Policy", PolicyFor(*arn, topic));
    attributes.Member("RedrivePolicy", redrive.Take()).EndObject();
    if (Status s = SetAttributes(queue, attributes.Take()); !s) return s;
    if (Status s = SetAttributes(dead, JsonWriter()
                                           .BeginObject()
                                           .Member("MessageRetentionPeriod", kKeepFor)
                                           .EndObject()
                                           .Take());
        !s) {
      return s;
    }
    return Subscribe(*arn, topic);
  }

  Status Make(Queue& queue) const {
    const auto url = queue.Url();
    if (url) return {};
    if (url.error().code != ErrorCode::kNotFound) return ErrorOf(url);
    const auto made =
        sqs_.Call("CreateQueue",
                  JsonWriter().BeginObject().Member("QueueName", queue.name()).EndObject().Take());
    return made ? Status() : Status(ErrorOf(made));
  }

  Status SetAttributes(Queue& queue, const std::string& attributes) const {
    const auto url = queue.Url();
    if (!url) return ErrorOf(url);
    JsonWriter json;
    json.BeginObject().Member("QueueUrl", *url).Key("Attributes").Raw(attributes).EndObject();
    const auto set = sqs_.Call("SetQueueAttributes", json.Take());
    return set ? Status() : Status(ErrorOf(set));
  }

  // Only this topic may put something into it.
  static std::string PolicyFor(const std::string& queue, const std::string& topic) {
    JsonWriter json;
    json.BeginObject().Member("Version", "2012-10-17").Key("Statement").BeginArray();
    json.BeginObject().Member("Effect", "Allow").Member("Action", "sqs:SendMessage");
    json.Key("Principal").BeginObject().Member("Service", "sns.amazonaws.com").EndObject();
    json.Member("Resource", queue).Key("Condition").BeginObject().Key("ArnEquals").BeginObject();
    json.Member("aws:SourceArn", topic).EndObject().EndObject().EndObject().EndArray();
    return json.EndObject().Take();
  }

  // The same subscription again is the same subscription.
  Status Subscribe(const std::string& queue, const std::string& topic) const {
    std::string fields;
    AddField(fields, "TopicArn", topic);
    AddField(fields, "Protocol", "sqs");
    AddField(fields, "Endpoint", queue);
    AddField(fields, "ReturnSubscriptionArn", "true");
    AddField(fields, "Attributes.entry.1.key", "RawMessageDelivery");
    AddField(fields, "Attributes.entry.1.value", "true");
    const auto made = sns_.Call("Subscribe", fields);
    return made ? Status() : Status(ErrorOf(made));
  }

  const SnsClient& sns_;
  const SqsClient& sqs_;
  const SnsSqsAddress& address_;
};

}  // namespace

Status ProvisionSnsSqs(const SnsSqsOptions& options) {
  const SnsSqsAddress& address = options.address;
  const auto sns_service = MakeAwsService({.service = "sns",
                                           .name = "events (SNS)",
                                           .region = address.region,
                                           .ca_file = options.ca_file},
                                          *options.credentials, options.world);
  const auto sqs_service = MakeAwsService({.service = "sqs",
                                           .name = "events (SQS)",
                                           .region = address.region,
                                           .ca_file = options.ca_file},
                                          *options.credentials, options.world);
  const SnsClient sns(*sns_service, address.sns_endpoint);
  const SqsClient sqs(*sqs_service, address.sqs_endpoint);
  return Provisioner(sns, sqs, address).Run(options.consumers);
}

}  // namespace heirloom
