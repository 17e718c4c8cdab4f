#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "appliance/base/encoding.h"
#include "storage/sns_sqs/sns_sqs_bus.h"
#include "tests/contract/event_bus_contract.h"
#include "tests/contract/event_bus_fixture.h"
#include "tests/storage/sns_sqs_support.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_server.h"
#include "tests/support/tls_proxy.h"

namespace heirloom {

using testing::SnsSqsUnderTest;

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
    CHECK(refused.message.find("not trusted; look at storage.events_ca_file") != std::string::npos);
  }
}

TEST_CASE("a process that stalled does not bring back what was deleted, on SNS and SQS", "[bus]") {
  SnsSqsUnderTest made;
  const auto other = made.Another();
  contract::CheckStalledConsumer(made, made.Bus(), *other);
}

TEST_CASE("SNS and SQS keep the EventBus contract", "[contract][bus]") {
  contract::CheckEventBus([] { return std::make_unique<SnsSqsUnderTest>(); });
}

}  // namespace heirloom
