#include "storage/sns_sqs/messages.h"

#include <span>

#include "appliance/base/number.h"
#include "storage/sns_sqs/aws_service.h"

namespace heirloom::sns_sqs {
namespace {

std::int64_t NumberIn(std::string_view text, std::int64_t otherwise) {
  return ParseNumber<std::int64_t>(text).value_or(otherwise);
}

std::string_view TextAt(const Json& object, std::string_view key) {
  const Json member = object.IsObject() ? object.Get(key) : Json();
  return member.IsString() ? member.AsString() : std::string_view();
}

std::string_view AttributeAt(const Json& message, std::string_view name) {
  const Json attributes = message.Get("MessageAttributes");
  return attributes.IsObject() ? TextAt(attributes.Get(name), "StringValue") : std::string_view();
}

void WriteEntries(JsonWriter& json, std::string_view queue_url,
                  std::span<const std::string> receipts,
                  const std::optional<std::int64_t>& seconds) {
  json.BeginObject().Member("QueueUrl", queue_url).Key("Entries").BeginArray();
  for (std::size_t i = 0; i < receipts.size(); ++i) {
    json.BeginObject().Member("Id", std::to_string(i)).Member("ReceiptHandle", receipts[i]);
    if (seconds) json.Member("VisibilityTimeout", *seconds);
    json.EndObject();
  }
  json.EndArray().EndObject();
}

}  // namespace

std::vector<Attribute> AttributesOf(const BusEvent& event) {
  std::vector<Attribute> attributes = {
      {"type", event.event.type},
      {"tenant_id", event.event.tenant_id},
      {"subject", event.event.subject},
      {"epoch", event.position.epoch},
      {"sequence", std::to_string(event.position.sequence), true},
  };
  if (!event.event.legacy_id.empty()) attributes.push_back({"legacy", event.event.legacy_id});
  return attributes;
}

std::optional<Message> ReadMessage(const Json& json) {
  if (!json.IsObject()) return std::nullopt;
  Message message;
  message.receipt = TextAt(json, "ReceiptHandle");
  message.body = TextAt(json, "Body");
  if (message.receipt.empty()) return std::nullopt;
  const Json system = json.Get("Attributes");
  message.receives = static_cast<int>(NumberIn(TextAt(system, "ApproximateReceiveCount"), 1));
  message.sent = {NumberIn(TextAt(system, "SentTimestamp"), 0) * 1'000};
  message.reason = AttributeAt(json, "failure_reason");
  message.failed_at = {NumberIn(AttributeAt(json, "failed_at"), 0)};
  message.attempts = static_cast<int>(NumberIn(AttributeAt(json, "attempts"), 0));
  return message;
}

std::string ReceiveInput(std::string_view queue_url, int max, std::int64_t visibility_seconds,
                         std::int64_t wait_seconds) {
  JsonWriter json;
  json.BeginObject().Member("QueueUrl", queue_url);
  json.Member("MaxNumberOfMessages", std::int64_t{max});
  json.Member("VisibilityTimeout", visibility_seconds).Member("WaitTimeSeconds", wait_seconds);
  // The older name of the same; a server may know but one.
  for (const char* key : {"AttributeNames", "MessageSystemAttributeNames"}) {
    json.Key(key).BeginArray().String("ApproximateReceiveCount").String("SentTimestamp").EndArray();
  }
  json.Key("MessageAttributeNames").BeginArray().String("All").EndArray();
  return json.EndObject().Take();
}

std::string SendInput(std::string_view queue_url, std::string_view body, const BusEvent& event,
                      const std::vector<Attribute>& more) {
  JsonWriter json;
  json.BeginObject().Member("QueueUrl", queue_url).Member("MessageBody", body);
  json.Key("MessageAttributes").BeginObject();
  std::vector<Attribute> attributes = AttributesOf(event);
  attributes.insert(attributes.end(), more.begin(), more.end());
  for (const Attribute& attribute : attributes) {
    json.Key(attribute.name).BeginObject();
    json.Member("DataType", attribute.number ? "Number" : "String");
    json.Member("StringValue", attribute.value).EndObject();
  }
  return json.EndObject().EndObject().Take();
}

std::string DeleteInput(std::string_view queue_url, std::span<const std::string> receipts) {
  JsonWriter json;
  WriteEntries(json, queue_url, receipts, std::nullopt);
  return json.Take();
}

std::string VisibilityInput(std::string_view queue_url, std::span<const std::string> receipts,
                            std::int64_t seconds) {
  JsonWriter json;
  WriteEntries(json, queue_url, receipts, seconds);
  return json.Take();
}

std::string PublishEntry(int number, int id, const BusEvent& event) {
  const std::string entry = "PublishBatchRequestEntries.member." + std::to_string(number);
  std::string fields;
  AddField(fields, entry + ".Id", std::to_string(id));
  AddField(fields, entry + ".Message", WriteCloudEvent(event));
  int count = 0;
  for (const Attribute& attribute : AttributesOf(event)) {
    const std::string at = entry + ".MessageAttributes.entry." + std::to_string(++count);
    AddField(fields, at + ".Name", attribute.name);
    AddField(fields, at + ".Value.DataType", attribute.number ? "Number" : "String");
    AddField(fields, at + ".Value.StringValue", attribute.value);
  }
  return fields;
}

}  // namespace heirloom::sns_sqs
