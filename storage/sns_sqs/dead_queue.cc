#include "storage/sns_sqs/dead_queue.h"

#include <algorithm>

#include "appliance/base/log.h"

namespace heirloom::sns_sqs {
namespace {

constexpr std::chrono::seconds kHoldFor{30};
// Without waiting SQS asks a few of its servers only, and says there is nothing.
constexpr std::chrono::seconds kAskAll{1};
constexpr char kNotAnswered[] = "it was not answered in time";

}  // namespace

// `others`: receipts of what is no event of ours.
Result<std::vector<DeadQueue::Held>> DeadQueue::Take(std::vector<std::string>& others) const {
  std::vector<Held> all;
  while (all.size() + others.size() < kMaxDeadLetters) {
    auto some = dead_.Receive(kAtOnce, kHoldFor, kAskAll, {});
    if (!some) return ErrorOf(some);
    if (some->empty()) break;
    for (Message& message : *some) {
      auto event = ReadCloudEvent(message.body);
      if (!event) {
        others.push_back(std::move(message.receipt));
        continue;
      }
      Held held;
      held.letter.id = DeadLetterId(consumer_, event->position);
      held.letter.consumer = consumer_;
      held.letter.event = std::move(*event);
      held.letter.attempts = message.attempts > 0 ? message.attempts : kMaxAttempts;
      held.letter.reason = message.reason.empty() ? kNotAnswered : std::move(message.reason);
      held.letter.since = message.failed_at.micros > 0 ? message.failed_at : message.sent;
      held.body = std::move(message.body);
      held.receipt = std::move(message.receipt);
      all.push_back(std::move(held));
    }
  }
  std::sort(all.begin(), all.end(), [](const Held& a, const Held& b) {
    return a.letter.event.position.sequence < b.letter.event.position.sequence;
  });
  return all;
}

Result<std::vector<DeadLetter>> DeadQueue::List() const {
  std::vector<std::string> receipts;
  auto all = Take(receipts);
  if (!all) return ErrorOf(all);
  std::vector<DeadLetter> letters;
  for (Held& held : *all) {
    receipts.push_back(std::move(held.receipt));
    const bool twice = !letters.empty() && letters.back().id == held.letter.id;
    if (!twice) letters.push_back(std::move(held.letter));
  }
  // Should it fail, they are there again when kHoldFor is over.
  if (const Status back = dead_.SetVisibility(receipts, std::chrono::seconds(0)); !back) {
    LogWarn("dead letters were not given back at once", {{"reason", back.error().message}});
  }
  return letters;
}

Status DeadQueue::Redrive(const std::string& id, const std::optional<std::string>& tenant_id,
                          Queue& alive) const {
  std::vector<std::string> others;
  auto all = Take(others);
  if (!all) return ErrorOf(all);
  std::vector<std::string> copies;
  const Held* found = nullptr;
  for (const Held& held : *all) {
    const bool theirs = !tenant_id || held.letter.event.event.tenant_id == *tenant_id;
    const bool it = held.letter.id == id && theirs;
    if (it) found = &held;
    (it ? copies : others).push_back(held.receipt);
  }
  if (const Status back = dead_.SetVisibility(others, std::chrono::seconds(0)); !back) {
    LogWarn("dead letters were not given back at once", {{"reason", back.error().message}});
  }
  if (!found) return Fail(ErrorCode::kNotFound, "there is no such dead letter");
  if (Status sent = alive.Send(found->body, found->letter.event, {}); !sent) return sent;
  return dead_.Delete(copies);
}

}  // namespace heirloom::sns_sqs
