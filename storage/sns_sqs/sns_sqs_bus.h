#pragma once

#include <memory>
#include <string>
#include <vector>

#include "appliance/base/result.h"
#include "storage/aws/credentials.h"
#include "storage/event_bus.h"
#include "storage/remote/remote_service.h"
#include "storage/sns_sqs/address.h"

namespace heirloom {

struct SnsSqsOptions {
  SnsSqsAddress address;
  std::vector<std::string> consumers;
  std::shared_ptr<aws::CredentialsProvider> credentials;
  std::string ca_file;  // PEM, instead of the system's authorities; empty: the system's.
  RemoteWorld world;    // What it names must outlive the bus.
};

// The EventBus of a cluster: one SNS topic, and for each consumer an SQS queue that is subscribed
// to it with raw delivery, with a queue for its dead letters. storage/sns_sqs/README.md says what
// lies where, and what rights it needs.
//
// In this adapter
//  - events come in no particular order, and now and then twice.
//  - SQS counts an attempt when a message is given out. One that is given out a sixth time goes to
//    the dead letters by SQS itself; its reason says that it was not answered.
//  - dead letters are looked at by receiving them: what somebody else holds at that moment (up to
//    30 s, should they vanish in the middle) is not listed. AWS keeps them for 14 days.
//  - a message that is no event of ours is left alone: SQS makes it a dead letter, which is not
//    listed.
//
// Nothing is asked before the first use. kNotFound, naming the command, when Provision is missing.
Result<std::unique_ptr<EventBus>> OpenSnsSqsBus(const SnsSqsOptions& options);

// Makes the topic, the queues and the subscriptions, or brings what is there up to date; nothing is
// taken away. Running it again changes nothing.
Status ProvisionSnsSqs(const SnsSqsOptions& options);

}  // namespace heirloom
