#include "storage/sns_sqs/queue.h"

#include <algorithm>

#include "appliance/base/number.h"

namespace heirloom::sns_sqs {
namespace {

std::string_view TextAt(const Json& object, std::string_view key) {
  const Json member = object.IsObject() ? object.Get(key) : Json();
  return member.IsString() ? member.AsString() : std::string_view();
}

// A receipt whose time is over: whatever it stood for goes its way without us.
bool IsStale(std::string_view code) {
  return code.find("ReceiptHandleIsInvalid") != std::string_view::npos ||
         code.find("MessageNotInflight") != std::string_view::npos ||
         code.starts_with("InvalidParameterValue");  // LocalStack adds "Exception".
}

tl::unexpected<Error> NotUnderstood() {
  return Fail(ErrorCode::kUnavailable, "SQS answered something that cannot be understood");
}

}  // namespace

Result<std::string> Queue::Url() {
  {
    const std::lock_guard lock(mutex_);
    if (!url_.empty()) return url_;
  }
  const auto found = sqs_.Call(
      "GetQueueUrl", JsonWriter().BeginObject().Member("QueueName", name_).EndObject().Take());
  if (!found) return ErrorOf(found);
  std::string url(TextAt(*found, "QueueUrl"));
  if (url.empty()) return NotUnderstood();
  const std::lock_guard lock(mutex_);
  url_ = url;
  return url;
}

Result<std::string> Queue::Arn() {
  {
    const std::lock_guard lock(mutex_);
    if (!arn_.empty()) return arn_;
  }
  const auto url = Url();
  if (!url) return ErrorOf(url);
  JsonWriter json;
  json.BeginObject().Member("QueueUrl", *url);
  json.Key("AttributeNames").BeginArray().String("QueueArn").EndArray().EndObject();
  const auto found = sqs_.Call("GetQueueAttributes", json.Take());
  if (!found) return ErrorOf(found);
  std::string arn(TextAt(found->Get("Attributes"), "QueueArn"));
  if (arn.empty()) return NotUnderstood();
  const std::lock_guard lock(mutex_);
  arn_ = arn;
  return arn;
}

Result<std::vector<Message>> Queue::Receive(std::size_t max, std::chrono::seconds visibility,
                                            std::chrono::seconds wait,
                                            const std::stop_token& stop) {
  const auto url = Url();
  if (!url) return ErrorOf(url);
  const auto answer = polls_.Call("ReceiveMessage",
                                  ReceiveInput(*url, static_cast<int>(std::min(max, kAtOnce)),
                                               visibility.count(), wait.count()),
                                  wait, stop);
  if (!answer) return ErrorOf(answer);
  std::vector<Message> messages;
  const Json list = answer->Get("Messages");  // AWS leaves it out when there is none.
  for (std::size_t i = 0; i < list.Size(); ++i) {
    auto message = ReadMessage(list.At(i));
    if (!message) return NotUnderstood();
    messages.push_back(std::move(*message));
  }
  return messages;
}

Status Queue::Send(const std::string& body, const BusEvent& event,
                   const std::vector<Attribute>& more) {
  const auto url = Url();
  if (!url) return ErrorOf(url);
  const auto sent = sqs_.Call("SendMessage", SendInput(*url, body, event, more));
  return sent ? Status() : Status(ErrorOf(sent));
}

Status Queue::Delete(std::span<const std::string> receipts) {
  return CallBatch("DeleteMessageBatch", receipts, std::nullopt);
}

Status Queue::SetVisibility(std::span<const std::string> receipts, std::chrono::seconds span) {
  return CallBatch("ChangeMessageVisibilityBatch", receipts, span);
}

Status Queue::CallBatch(std::string_view action, std::span<const std::string> receipts,
                        const std::optional<std::chrono::seconds>& visibility) {
  if (receipts.empty()) return {};
  const auto url = Url();
  if (!url) return ErrorOf(url);
  Status trouble;
  for (std::size_t from = 0; from < receipts.size(); from += kAtOnce) {
    const auto some = receipts.subspan(from, std::min(kAtOnce, receipts.size() - from));
    const auto answer =
        sqs_.Call(action, visibility ? VisibilityInput(*url, some, visibility->count())
                                     : DeleteInput(*url, some));
    if (!answer) return ErrorOf(answer);
    const Json failed = answer->Get("Failed");
    for (std::size_t i = 0; i < failed.Size(); ++i) {
      const std::string_view code = TextAt(failed.At(i), "Code");
      if (IsStale(code)) continue;
      trouble = Fail(ErrorCode::kUnavailable,
                     std::string(action) + " did not do all of it: " + std::string(code));
    }
  }
  return trouble;
}

Result<std::int64_t> Queue::Count() {
  const auto url = Url();
  if (!url) return ErrorOf(url);
  JsonWriter json;
  json.BeginObject().Member("QueueUrl", *url).Key("AttributeNames").BeginArray();
  json.String("ApproximateNumberOfMessages").String("ApproximateNumberOfMessagesNotVisible");
  json.String("ApproximateNumberOfMessagesDelayed").EndArray().EndObject();
  const auto found = sqs_.Call("GetQueueAttributes", json.Take());
  if (!found) return ErrorOf(found);
  const Json attributes = found->Get("Attributes");
  std::int64_t count = 0;
  if (!attributes.IsObject()) return NotUnderstood();
  for (const std::string& key : attributes.Keys()) {
    count += ParseNumber<std::int64_t>(TextAt(attributes, key)).value_or(0);
  }
  return count;
}

}  // namespace heirloom::sns_sqs
