#pragma once

#include <string>
#include <string_view>

#include "appliance/base/result.h"

namespace heirloom {

// sns+sqs://TOPIC?region=REGION[&endpoint=URL]: a topic, and for each consumer a queue
// TOPIC-CONSUMER and one for its dead letters, TOPIC-CONSUMER-dead.
struct SnsSqsAddress {
  std::string topic;         // [A-Za-z0-9_-]{1,40}
  std::string region;        // "eu-central-1"
  std::string sns_endpoint;  // "https://sns.eu-central-1.amazonaws.com/"
  std::string sqs_endpoint;

  // kInvalidArgument in words for the operator.
  static Result<SnsSqsAddress> Parse(std::string_view url);

  std::string QueueOf(std::string_view consumer) const;
  std::string DeadQueueOf(std::string_view consumer) const;
};

}  // namespace heirloom
