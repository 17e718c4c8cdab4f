#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "appliance/base/encoding.h"
#include "storage/sns_sqs/sns_sqs_bus.h"
#include "tests/contract/event_bus_contract.h"
#include "tests/support/test_server.h"

namespace heirloom::testing {

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
    options_.emplace(
        SnsSqsOptions{.address = *address,
                      .consumers = {"alpha", "beta"},
                      .credentials = aws::StaticCredentials("test", Secret::Literal("test")),
                      .ca_file = ca_file,
                      .world = {pauses_, clock_, random_}});
    for (int twice = 0; twice < 2; ++twice) {
      const Status made = ProvisionSnsSqs(*options_);
      INFO((made ? std::string() : made.error().message));
      REQUIRE(made);
    }
    bus_ = Another();
  }

  EventBus& Bus() override { return *bus_; }
  // As another process has it.
  std::unique_ptr<EventBus> Another() const { return OpenSnsSqsBus(*options_).value(); }
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
  std::optional<SnsSqsOptions> options_;
  std::unique_ptr<EventBus> bus_;
};

}  // namespace heirloom::testing
