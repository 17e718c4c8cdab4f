#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>

#include "appliance/base/encoding.h"
#include "storage/sns_sqs/sns_sqs_bus.h"
#include "tests/contract/event_bus_contract.h"
#include "tests/contract/event_bus_fixture.h"
#include "tests/support/test_server.h"

namespace heirloom {
namespace {

// A topic of its own, whose events are counted here: SNS knows no outbox.
class SnsSqsUnderTest final : public contract::BusUnderTest {
 public:
  SnsSqsUnderTest() {
    const std::string url =
        "sns+sqs://t-" + NewSecret(random_).substr(0, 16) +
        "?region=us-east-1&endpoint=" + PercentEncode(testing::TestServer("AWS"));
    const auto address = SnsSqsAddress::Parse(url);
    INFO((address ? url : address.error().message));
    REQUIRE(address);
    const SnsSqsOptions options{
        .address = *address,
        .consumers = {"alpha", "beta"},
        .credentials = aws::StaticCredentials("test", Secret::Literal("test")),
        .ca_file = "",
        .world = {pauses_, clock_, random_}};
    for (int twice = 0; twice < 2; ++twice) {
      const Status made = ProvisionSnsSqs(options);
      INFO((made ? std::string() : made.error().message));
      REQUIRE(made);
    }
    bus_ = OpenSnsSqsBus(options).value();
  }

  EventBus& Bus() override { return *bus_; }
  bool KeepsOrder() const override { return false; }

  std::vector<BusEvent> Publish(std::vector<Event> events) override {
    std::vector<BusEvent> published;
    for (Event& event : events) {
      published.push_back({{"epoch", ++sequence_}, std::move(event), clock_.Now()});
    }
    const Status done = bus_->Publish(published);
    INFO((done ? std::string() : done.error().message));
    REQUIRE(done);
    return published;
  }

 private:
  SystemClock clock_;
  SystemRandom random_;
  RealPauses pauses_;
  std::int64_t sequence_ = 0;
  std::unique_ptr<EventBus> bus_;
};

}  // namespace

TEST_CASE("SNS and SQS keep the EventBus contract", "[contract][bus]") {
  contract::CheckEventBus([] { return std::make_unique<SnsSqsUnderTest>(); });
}

}  // namespace heirloom
