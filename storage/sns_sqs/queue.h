#pragma once

#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/sns_sqs/aws_service.h"
#include "storage/sns_sqs/messages.h"

namespace heirloom::sns_sqs {

inline constexpr std::size_t kAtOnce = 10;  // Messages in one call, by SQS and SNS alike.

// One queue, found by its name at the first use. Thread-safe.
class Queue {
 public:
  // `polls`: the client that waits, so that waiting takes nobody's place.
  Queue(const SqsClient& sqs, const SqsClient& polls, std::string name)
      : sqs_(sqs), polls_(polls), name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  Result<std::string> Url();
  Result<std::string> Arn();

  // At most kAtOnce.
  Result<std::vector<Message>> Receive(std::size_t max, std::chrono::seconds visibility,
                                       std::chrono::seconds wait, const std::stop_token& stop);
  Status Send(const std::string& body, const BusEvent& event, const std::vector<Attribute>& more);
  // Receipts that are not good any more are no error.
  Status Delete(std::span<const std::string> receipts);
  Status SetVisibility(std::span<const std::string> receipts, std::chrono::seconds span);
  // About how many there are, seen and unseen.
  Result<std::int64_t> Count();

 private:
  Status CallBatch(std::string_view action, std::span<const std::string> receipts,
                   const std::optional<std::chrono::seconds>& visibility);

  const SqsClient& sqs_;
  const SqsClient& polls_;
  const std::string name_;
  std::mutex mutex_;
  std::string url_;  // Guarded by mutex_.
  std::string arn_;
};

}  // namespace heirloom::sns_sqs
