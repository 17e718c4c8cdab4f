// What goes wrong between us and SNS and SQS: a server of our own says what AWS says.

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "appliance/base/encoding.h"
#include "storage/aws/lent_credentials.h"
#include "storage/sns_sqs/sns_sqs_bus.h"
#include "tests/storage/scripted_server.h"
#include "tests/support/manual_clock.h"

namespace heirloom {
namespace {

using testing::Answer;
using testing::ScriptedServer;

// AWS as far as these tests ask it: one topic, one empty queue, and who may ask. Answers as AWS
// does, with an error's code in JSON (SQS) or XML (SNS).
class Aws {
 public:
  explicit Aws(std::string good_key) : good_key_(std::move(good_key)) {}

  // What whoever signs by other keys is told.
  void Refuse(std::string code, std::string status, bool sns_alone) {
    const std::lock_guard lock(mutex_);
    sns_alone_ = sns_alone;
    code_ = std::move(code);
    status_ = std::move(status);
  }
  void Accept(std::string key) {
    const std::lock_guard lock(mutex_);
    good_key_ = std::move(key);
  }
  std::string Url() const { return server_.Url("/"); }
  // Signed by this key, whatever was answered.
  int AskedBy(const std::string& key) const {
    int count = 0;
    for (const std::string& request : server_.Requests()) {
      count += request.find("Credential=" + key + "/") != std::string::npos ? 1 : 0;
    }
    return count;
  }

 private:
  std::string Say(const std::string& request) {
    const bool is_sqs = request.find("AmazonSQS.") != std::string::npos;
    const std::lock_guard lock(mutex_);
    const bool is_refused = request.find("Credential=" + good_key_ + "/") == std::string::npos;
    if (is_refused && !(is_sqs && sns_alone_)) {
      if (is_sqs) {
        return Answer(R"({"__type":"com.amazon.coral.service#)" + code_ + R"(","message":"no"})",
                      status_);
      }
      return Answer("<ErrorResponse><Error><Type>Sender</Type><Code>" + code_ +
                        "</Code><Message>no</Message></Error></ErrorResponse>",
                    status_);
    }
    if (is_sqs && request.find("GetQueueUrl") != std::string::npos) {
      return Answer(R"({"QueueUrl":"http://sqs/1/queue"})");
    }
    if (is_sqs && request.find("GetQueueAttributes") != std::string::npos) {
      return Answer(
          R"({"Attributes":{"QueueArn":"arn:aws:sqs:eu-central-1:1:q","ApproximateNumberOfMessages":"0"}})");
    }
    if (is_sqs) return Answer("{}");
    return Answer(
        "<PublishBatchResponse><PublishBatchResult><Successful><member><Id>0</Id></member>"
        "</Successful><Failed/></PublishBatchResult></PublishBatchResponse>");
  }

  mutable std::mutex mutex_;
  std::string good_key_;
  std::string code_ = "ExpiredTokenException";
  std::string status_ = "400 Bad Request";
  bool sns_alone_ = false;
  ScriptedServer server_{[this](const std::string& request) { return Say(request); }};
};

// Lends AKID1, AKID2, …, each for an hour.
class Lender final : public aws::CredentialsSource {
 public:
  Lender(const Clock& clock, std::atomic<int>& lent) : clock_(clock), lent_(lent) {}
  Result<aws::Credentials> Fetch() override {
    const std::string number = std::to_string(++lent_);
    return aws::Credentials{"AKID" + number, "secret" + number, "token" + number,
                            clock_.Now() + Time::FromSeconds(3'600)};
  }

 private:
  const Clock& clock_;
  std::atomic<int>& lent_;
};

class Room {
 public:
  explicit Room(std::string good_key) : aws(std::move(good_key)) {}

  std::unique_ptr<EventBus> Open(std::shared_ptr<aws::CredentialsProvider> keys) {
    const auto address = SnsSqsAddress::Parse("sns+sqs://t?region=eu-central-1&endpoint=" +
                                              PercentEncode(aws.Url()));
    REQUIRE(address);
    return OpenSnsSqsBus({.address = *address,
                          .consumers = {"alpha"},
                          .credentials = std::move(keys),
                          .ca_file = "",
                          .world = {pauses_, clock, random_}})
        .value();
  }
  std::unique_ptr<EventBus> OpenLent() {
    return Open(aws::MakeCached(std::make_unique<Lender>(clock, lent), clock, random_));
  }

  testing::ManualClock clock;
  Aws aws;
  std::atomic<int> lent = 0;

 private:
  SystemRandom random_;
  RealPauses pauses_;
};

Result<std::vector<Delivery>> Receive(EventBus& bus) {
  return bus.Receive("alpha",
                     {.max = 1, .wait = {}, .lease = std::chrono::seconds(30), .stop = {}});
}

Status AskForCounts(EventBus& bus) {
  const auto counts = bus.Counts();
  return counts ? Status() : Status(ErrorOf(counts));
}

}  // namespace

TEST_CASE("a token that SQS calls expired is got anew, and the question asked again", "[bus]") {
  Room room("AKID1");
  const auto bus = room.OpenLent();
  REQUIRE(Receive(*bus));
  CHECK(room.lent == 1);
  // Revoked at AWS, though by our clock it is good for long.
  room.aws.Accept("AKID2");
  room.clock.Advance(Time::FromSeconds(60));
  const auto received = Receive(*bus);
  INFO((received ? std::string() : received.error().message));
  CHECK(received);
  CHECK(room.lent == 2);
  CHECK(room.aws.AskedBy("AKID2") > 0);
}

TEST_CASE("keys that are lent are got anew before they expire, without a refusal", "[bus]") {
  Room room("AKID1");
  const auto bus = room.OpenLent();
  REQUIRE(Receive(*bus));
  const int by_first = room.aws.AskedBy("AKID1");
  room.aws.Accept("AKID2");
  room.clock.Advance(Time::FromSeconds(3'300));
  REQUIRE(Receive(*bus));
  CHECK(room.lent == 2);
  CHECK(room.aws.AskedBy("AKID1") == by_first);
}

TEST_CASE("keys that SNS and SQS refuse are told of in words, and never shown", "[bus]") {
  const auto [code, status, words] = GENERATE(table<std::string, std::string, std::string>(
      {{"ExpiredTokenException", "400 Bad Request", "expired"},
       {"ExpiredToken", "403 Forbidden", "expired"},
       {"InvalidClientTokenId", "403 Forbidden", "access key id"},
       {"UnrecognizedClientException", "400 Bad Request", "access key id"},
       {"SignatureDoesNotMatch", "403 Forbidden", "secret access key"},
       {"AccessDeniedException", "400 Bad Request", "may not"}}));
  const bool by_sns = GENERATE(false, true);
  Room room("another");
  room.aws.Refuse(code, status, by_sns);
  const auto bus = room.Open(aws::StaticCredentials("AKID", Secret::Literal("hidden-secret"),
                                                    Secret::Literal("hidden-token")));
  const std::vector<BusEvent> events{
      {{"epoch", 1}, {"t1", "StoryUpdated", "subject", "legacy", 1}, room.clock.Now()}};
  const Status done = by_sns ? bus->Publish(events) : AskForCounts(*bus);
  REQUIRE_FALSE(done);
  const Error& error = done.error();
  INFO(code << ": " << error.message);
  CHECK(error.code == ErrorCode::kUnavailable);
  CHECK(error.message.find(words) != std::string::npos);
  CHECK(error.message.find(code) != std::string::npos);
  CHECK(error.message.find("look at storage.events_credentials") != std::string::npos);
  CHECK(error.message.find("hidden") == std::string::npos);
}

}  // namespace heirloom
