#include "appliance/delivery/relay.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/contract/event_bus_fixture.h"
#include "tests/delivery/outbox_world.h"

namespace heirloom {
namespace {

using contract::ChangeOf;
using testing::OutboxWorld;

// Keeps what is published, and refuses as often as it was told to.
class Sink final : public EventBus {
 public:
  Status Publish(std::span<const BusEvent> events) override {
    std::unique_lock lock(mutex_);
    ++calls_;
    changed_.notify_all();
    if (refusals_ > 0) {
      --refusals_;
      return heirloom::Fail(ErrorCode::kUnavailable, "away");
    }
    for (const BusEvent& event : events) sequences_.push_back(event.position.sequence);
    return {};
  }
  Result<std::vector<Delivery>> Receive(std::string_view, const ReceiveOptions&) override {
    return std::vector<Delivery>();
  }
  Status Ack(std::string_view, std::span<const Delivery>) override { return {}; }
  Status Extend(std::string_view, std::span<const Delivery>, std::chrono::seconds) override {
    return {};
  }
  Result<Fate> Fail(std::string_view, const Delivery&, std::string_view,
                    std::chrono::seconds) override {
    return Fate::kAgain;
  }
  Result<std::vector<DeadLetter>> DeadLetters(const DeadLetterQuery&) override {
    return std::vector<DeadLetter>();
  }
  Result<DeadLetter> FindDeadLetter(std::string_view, const std::optional<std::string>&) override {
    return heirloom::Fail(ErrorCode::kNotFound, "none");
  }
  Status Redrive(std::string_view, const std::optional<std::string>&) override { return {}; }
  Result<std::vector<Count>> Counts() override { return std::vector<Count>(); }

  void Refuse(int times) {
    const std::lock_guard lock(mutex_);
    refusals_ = times;
  }
  std::vector<std::int64_t> Await(std::size_t count) {
    std::unique_lock lock(mutex_);
    const bool came =
        changed_.wait_for(lock, contract::kBusPatience, [&] { return sequences_.size() >= count; });
    CHECK(came);
    return sequences_;
  }
  void AwaitCalls(int calls) {
    std::unique_lock lock(mutex_);
    CHECK(changed_.wait_for(lock, contract::kBusPatience, [&] { return calls_ >= calls; }));
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int calls_ = 0;
  int refusals_ = 0;
  std::vector<std::int64_t> sequences_;
};

void AwaitBacklog(const Relay& relay, std::int64_t backlog) {
  const auto give_up_at = std::chrono::steady_clock::now() + contract::kBusPatience;
  while (relay.Backlog() != backlog && std::chrono::steady_clock::now() < give_up_at) {
    std::this_thread::yield();
  }
  CHECK(relay.Backlog() == backlog);
}

}  // namespace

TEST_CASE("the relay publishes what was committed before and after it began, in order") {
  OutboxWorld world({"relay"}, true);
  Sink sink;
  world.Publish({ChangeOf(1), ChangeOf(2)});
  Relay relay(world.Bus(), sink);
  relay.Start();
  sink.Await(2);
  world.Publish({ChangeOf(3)});
  CHECK(sink.Await(3) == std::vector<std::int64_t>{1, 2, 3});
  AwaitBacklog(relay, 0);
  relay.Stop();
  CHECK(relay.State().published == 3);
  CHECK(relay.State().failure.empty());
}

TEST_CASE("while the other bus is away writers go on, and afterwards nothing is missing") {
  OutboxWorld world({"relay"}, true);
  Sink sink;
  sink.Refuse(3);
  Relay relay(world.Bus(), sink);
  relay.Start();
  world.Publish({ChangeOf(1)});
  sink.AwaitCalls(1);
  CHECK(relay.Backlog() == 1);
  world.Publish({ChangeOf(2)});
  CHECK(sink.Await(2) == std::vector<std::int64_t>{1, 2});
  AwaitBacklog(relay, 0);
  relay.Stop();
  CHECK(relay.State().failures == 3);
}

TEST_CASE("what was not acknowledged when the relay ended is published again") {
  OutboxWorld world({"relay"}, true);
  world.Publish({ChangeOf(1), ChangeOf(2)});
  // A relay that dies between publishing and saying so, six times over.
  for (int i = 0; i < 6; ++i) {
    const auto dying = world.Another();
    CHECK(dying
              ->Receive("relay",
                        {.max = 10, .wait = {}, .lease = std::chrono::seconds(60), .stop = {}})
              .value()
              .size() == 2);
  }
  Sink sink;
  const auto bus = world.Another();
  Relay relay(*bus, sink);
  relay.Start();
  CHECK(sink.Await(2) == std::vector<std::int64_t>{1, 2});
  relay.Stop();
  CHECK(world.Bus().DeadLetters({}).value().empty());
}

TEST_CASE("of two relays one leads, and the other takes over when it has gone") {
  OutboxWorld world({"relay"}, true);
  Sink first_sink;
  Sink second_sink;
  auto first_bus = world.Another(false);
  const auto second_bus = world.Another(false);
  auto first = std::make_unique<Relay>(*first_bus, first_sink);
  first->Start();
  world.Publish({ChangeOf(1)});
  first_sink.Await(1);
  AwaitBacklog(*first, 0);
  Relay second(*second_bus, second_sink);
  second.Start();
  world.Publish({ChangeOf(2)});
  CHECK(first_sink.Await(2) == std::vector<std::int64_t>{1, 2});
  AwaitBacklog(*first, 0);
  first.reset();
  first_bus.reset();  // Gives its lease back.
  world.Publish({ChangeOf(3)});
  CHECK(second_sink.Await(1) == std::vector<std::int64_t>{3});
}

}  // namespace heirloom
