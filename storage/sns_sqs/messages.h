// How events stand in SNS and SQS: the body is the CloudEvent in JSON; what filters and operators
// look at is repeated in attributes.
//
//   type tenant_id legacy subject epoch   String; legacy is left out where there is none
//   sequence                              Number
//   failure_reason failed_at attempts     of a dead letter that a consumer gave up

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "appliance/base/json.h"
#include "storage/event_bus.h"

namespace heirloom::sns_sqs {

struct Attribute {
  std::string name;
  std::string value;
  bool number = false;
};
std::vector<Attribute> AttributesOf(const BusEvent& event);

// What SQS gave: one of ReceiveMessage's Messages.
struct Message {
  std::string receipt;
  std::string body;
  int receives = 1;
  Time sent;
  std::string reason;  // Of a dead letter; empty when SQS moved it by itself.
  Time failed_at;
  int attempts = 0;
};
// nullopt when a part that must be there is not.
std::optional<Message> ReadMessage(const Json& json);

// ReceiveMessage's input.
std::string ReceiveInput(std::string_view queue_url, int max, std::int64_t visibility_seconds,
                         std::int64_t wait_seconds);
// SendMessage's input: the event as it came, in `body`, with its attributes and `more` of them.
std::string SendInput(std::string_view queue_url, std::string_view body, const BusEvent& event,
                      const std::vector<Attribute>& more);
// The input of DeleteMessageBatch, or of ChangeMessageVisibilityBatch; entry ids count from 0.
std::string DeleteInput(std::string_view queue_url, std::span<const std::string> receipts);
std::string VisibilityInput(std::string_view queue_url, std::span<const std::string> receipts,
                            std::int64_t seconds);

// One entry of PublishBatch as fields of a query: the `number`th, from 1.
std::string PublishEntry(int number, int id, const BusEvent& event);

}  // namespace heirloom::sns_sqs
