#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>

#include "appliance/base/encoding.h"
#include "storage/sns_sqs/sns_sqs_bus.h"
#include "tests/contract/event_bus_contract.h"
#include "tests/contract/event_bus_fixture.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_server.h"
#include "tests/support/tls_proxy.h"

namespace heirloom {
namespace {

// A topic of its own, whose events are counted here: SNS knows no outbox.
class SnsSqsUnderTest final : public contract::BusUnderTest {
 public:
  explicit SnsSqsUnderTest(const std::string& endpoint = testing::TestServer("AWS"),
                           const std::string& ca_file = "") {
    const std::string url = "sns+sqs://t-" + NewSecret(random_).substr(0, 16) +
                            "?region=us-east-1&endpoint=" + PercentEncode(endpoint);
    const auto address = SnsSqsAddress::Parse(url);
    INFO((address ? url : address.error().message));
    REQUIRE(address);
    const SnsSqsOptions options{
        .address = *address,
        .consumers = {"alpha", "beta"},
        .credentials = aws::StaticCredentials("test", Secret::Literal("test")),
        .ca_file = ca_file,
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

TEST_CASE("events go by TLS of a private authority, and another's certificate is refused",
          "[bus]") {
  const testing::TempFolder ours;
  const testing::TempFolder theirs;
  const testing::PrivateCa ca(ours.Path());
  const testing::PrivateCa other(theirs.Path(), "another authority");
  const testing::TlsProxy proxy(ca, testing::TestServer("AWS"));
  SnsSqsUnderTest trusting(proxy.Url(), ca.file());
  const auto published = trusting.Publish({contract::ChangeOf(1)});
  CHECK(contract::TakeOne(trusting.Bus(), "alpha").event.position == published[0].position);
  CHECK(proxy.connections() > 0);

  SystemClock clock;
  SystemRandom random;
  RealPauses pauses;
  const SnsSqsOptions distrustful{
      .address = SnsSqsAddress::Parse("sns+sqs://t?region=us-east-1&endpoint=" +
                                      PercentEncode(proxy.Url()))
                     .value(),
      .consumers = {"alpha"},
      .credentials = aws::StaticCredentials("test", Secret::Literal("test")),
      .ca_file = other.file(),
      .world = {pauses, clock, random}};
  const auto bus = OpenSnsSqsBus(distrustful).value();
  const auto counts = bus->Counts();
  REQUIRE_FALSE(counts);
  const Status provisioned = ProvisionSnsSqs(distrustful);
  REQUIRE_FALSE(provisioned);
  for (const Error& refused : {counts.error(), provisioned.error()}) {
    CHECK(refused.code == ErrorCode::kUnavailable);
    CHECK(refused.message.find("certificate") != std::string::npos);
  }
}

TEST_CASE("SNS and SQS keep the EventBus contract", "[contract][bus]") {
  contract::CheckEventBus([] { return std::make_unique<SnsSqsUnderTest>(); });
}

}  // namespace heirloom
