#include <catch2/catch.hpp>

#include "storage/remote/remote_service.h"
#include "tests/storage/scripted_server.h"
#include "tests/support/manual_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/toxiproxy.h"

namespace heirloom {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::Answer;
using testing::ScriptedServer;
using testing::Toxiproxy;

// A service before a server of the test's own, with a network between them that can fail.
struct World {
  explicit World(RemoteOptions options = Quick())
      : service(MakeRemoteService(std::move(options), "", nullptr, {pauses, clock, random})) {}

  static RemoteOptions Quick() {
    RemoteOptions options;
    options.name = "graph";
    options.max_time = milliseconds(1'500);
    options.circuit.first_rest = milliseconds(50);
    options.circuit.max_rest = milliseconds(200);
    return options;
  }

  Result<HttpResponse> Get() {
    HttpRequest request;
    request.url = network.Url() + "/";
    return service->Send(request);
  }

  // Asks again, as visitors do, until it works. The test's time-out is the bound.
  void AwaitHealth() {
    while (!Get()) pauses.Wait(milliseconds(20), {});
  }

  const std::string body = std::string(100'000, 'b');
  ScriptedServer server{[this](const std::string&) { return Answer(body); }};
  Toxiproxy network{server.Url("")};
  RealPauses pauses;
  testing::ManualClock clock;
  testing::SeededRandom random;
  std::unique_ptr<RemoteService> service;
};

TEST_CASE("over a good network an answer comes through") {
  World world;
  CHECK(world.Get().value().body == world.body);
  CHECK(world.service->Counters().failures == 0);
}

TEST_CASE("an operation over a network that swallows everything ends by its deadline") {
  RemoteOptions options = World::Quick();
  options.max_try_time = milliseconds(400);
  World world(options);
  world.network.Poison("timeout", R"({"timeout":0})");
  const auto start = steady_clock::now();
  const auto answer = world.Get();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == ErrorCode::kUnavailable);
  // Not judged by how fast this machine is: far from the 30 s that one request may take.
  CHECK(steady_clock::now() - start < std::chrono::seconds(15));
  CHECK(world.service->Counters().tries >= 2);
}

TEST_CASE("a slow network is slow and no failure, as long as there is time") {
  RemoteOptions options = World::Quick();
  options.max_time = std::chrono::seconds(60);
  World world(options);
  world.network.Poison("latency", R"({"latency":300})");
  world.network.Poison("slicer", R"({"average_size":7000,"size_variation":3000,"delay":1000})");
  CHECK(world.Get().value().body == world.body);
  CHECK(world.service->Counters().retries == 0);
}

TEST_CASE("an answer cut by the network, wherever, is tried again and never taken for whole") {
  RemoteOptions options = World::Quick();
  options.circuit.failures_in_a_row = 1'000'000;
  options.circuit.least_requests = 1'000'000;
  World world(options);
  for (const int bytes : {1, 16, 17, 30, 41, 42, 43, 5'000, 100'000}) {
    INFO("after " << bytes << " bytes");
    world.network.Poison("limit_data", "{\"bytes\":" + std::to_string(bytes) + "}");
    const auto answer = world.Get();
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ErrorCode::kUnavailable);
    world.network.Cure();
    world.network.Down();  // Its connections are poisoned for good.
    world.network.Up();
  }
  CHECK(world.Get().value().body == world.body);
}

TEST_CASE("a reset connection is a failure, and a retry over a good one mends it") {
  World world;
  world.network.Poison("reset_peer", R"({"timeout":0})");
  const auto answer = world.Get();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == ErrorCode::kUnavailable);
  CHECK(world.service->Counters().tries == 3);
  world.network.Cure();
  world.AwaitHealth();
}

TEST_CASE("a server that is down opens the circuit, is left alone, and is found again by itself") {
  World world;
  REQUIRE(world.Get());
  world.network.Down();
  while (world.service->Counters().opened == 0) REQUIRE_FALSE(world.Get());
  const auto refused = world.Get();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kUnavailable);
  CHECK(refused.error().retry_after_seconds >= 1);
  CHECK(refused.error().message.starts_with("graph: "));
  CHECK_FALSE(world.service->State().problem.empty());
  world.network.Up();
  world.AwaitHealth();
  CHECK(world.service->State().circuit == CircuitBreaker::State::kClosed);
  CHECK(world.service->State().problem.empty());
  CHECK(world.Get().value().body == world.body);
}

TEST_CASE("while a server is down, many who ask cost it few connections") {
  World world;
  world.network.Down();
  for (int i = 0; i < 300; ++i) REQUIRE_FALSE(world.Get());
  const RemoteCounters counters = world.service->Counters();
  CHECK(counters.tries < 100);
  CHECK(counters.refused_open > 200);
  CHECK(counters.operations == 300);
}

TEST_CASE("what a cut download gave stays, and the rest can be asked for") {
  RemoteOptions options = World::Quick();
  World world(options);
  world.network.Poison("limit_data", R"({"bytes":50000})");
  std::string got;
  HttpRequest request;
  request.url = world.network.Url() + "/";
  request.sink = [&](std::string_view piece) -> Status {
    got += piece;
    return {};
  };
  const auto answer = world.service->Send(request);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == ErrorCode::kUnavailable);
  CHECK(got.size() > 40'000);
  CHECK(world.body.starts_with(got));
  CHECK(world.service->Counters().retries == 0);
}

}  // namespace
}  // namespace heirloom
