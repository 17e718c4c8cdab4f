#include "appliance/wiring/dependencies.h"

#include <catch2/catch.hpp>

#include "storage/remote/remote_service.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scripted_client.h"
#include "tests/support/seeded_random.h"

namespace heirloom {
namespace {

using Catch::Contains;
using testing::ScriptedClient;

struct World {
  std::unique_ptr<RemoteService> Make(const std::string& name) {
    RemoteOptions options;
    options.name = name;
    options.retry.max_tries = 1;
    options.trust_setting = "its.ca_file";
    options.access_setting = "its.key_file";
    auto client = std::make_unique<ScriptedClient>([this](const HttpRequest&) { return answer; });
    return std::make_unique<RemoteService>(options, std::move(client), nullptr,
                                           RemoteWorld{pauses, clock, random, &registry});
  }

  Result<HttpResponse> answer = HttpResponse{200, {}, ""};
  testing::NotedPauses pauses;
  testing::ManualClock clock;
  testing::SeededRandom random;
  RemoteRegistry registry;
};

TEST_CASE("a dependency that is left alone is named, and not when it answers again") {
  World world;
  const auto search = world.Make("search");
  const auto graph = world.Make("graph");
  CHECK(CheckDependencies(world.registry).state == CheckResult::State::kOk);
  world.answer = Fail(ErrorCode::kUnavailable, "http://10.0.0.1/: nobody answers there");
  while (search->State().Usable()) REQUIRE_FALSE(search->Send({}));
  const CheckResult check = CheckDependencies(world.registry);
  CHECK(check.state == CheckResult::State::kBehind);
  // For anybody to read: no address.
  CHECK(check.detail == "The server for search does not answer.");
  world.pauses.now += search->State().retry_in;
  world.answer = HttpResponse{200, {}, ""};
  REQUIRE(search->Send({}));
  CHECK(CheckDependencies(world.registry).state == CheckResult::State::kOk);
}

TEST_CASE("a dependency that is first asked after the start is watched, too") {
  World world;
  Metrics metrics;
  HealthService health(world.clock, {});
  WatchDependencies(health, metrics, world.registry);
  const auto detail = [&] {
    world.clock.AdvanceSeconds(2);  // A check is made once a second.
    return health.Check().checks.at(0).second.detail;
  };
  CHECK(detail().empty());
  const auto graph = world.Make("graph");
  world.answer = HttpResponse{401, {}, ""};
  REQUIRE(graph->Send({}));
  CHECK(detail() == "The server for graph refuses our credentials; look at its.key_file.");
  const std::string asked = "heirloom_dependency_requests_total{dependency=\"graph\"} 1\n";
  CHECK_THAT(metrics.Render(), Contains(asked));
}

TEST_CASE("a dependency that refuses our credentials is named") {
  World world;
  const auto blobs = world.Make("blobs");
  world.answer = HttpResponse{403, {}, ""};
  REQUIRE(blobs->Send({}));
  CHECK(CheckDependencies(world.registry).detail ==
        "The server for blobs refuses our credentials; look at its.key_file.");
}

TEST_CASE("a dependency whose certificate is not trusted is named, with what to look at") {
  World world;
  const auto blobs = world.Make("blobs");
  world.answer = Fail(ErrorCode::kForbidden, "http://10.0.0.1/: its certificate is not trusted");
  const auto refused = blobs->Send({});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kUnavailable);
  CHECK_THAT(refused.error().message, Contains("look at its.ca_file"));
  const std::string words =
      "The server for blobs shows a certificate that is not trusted; look at its.ca_file.";
  CHECK(CheckDependencies(world.registry).detail == words);
  while (blobs->State().Usable()) REQUIRE_FALSE(blobs->Send({}));
  CHECK(CheckDependencies(world.registry).detail == words);
  world.pauses.now += blobs->State().retry_in;
  world.answer = HttpResponse{200, {}, ""};
  REQUIRE(blobs->Send({}));
  CHECK(CheckDependencies(world.registry).state == CheckResult::State::kOk);
}

TEST_CASE("a dependency's numbers stand under its name, summed over the services that ask it") {
  World world;
  Metrics metrics;
  AddDependencyMetrics(metrics, world.registry);
  const auto topics = world.Make("events");
  const auto queues = world.Make("events");
  const auto search = world.Make("search");
  REQUIRE(topics->Send({}));
  REQUIRE(queues->Send({}));
  world.answer = HttpResponse{500, {}, ""};
  while (search->State().Usable()) REQUIRE(search->Send({}));
  const std::string text = metrics.Render();
  CHECK_THAT(text, Contains("heirloom_dependency_requests_total{dependency=\"events\"} 2\n"));
  CHECK_THAT(text, Contains("heirloom_dependency_failures_total{dependency=\"events\"} 0\n"));
  CHECK_THAT(text, Contains("heirloom_dependency_failures_total{dependency=\"search\"} 5\n"));
  CHECK_THAT(text, Contains("heirloom_dependency_opened_total{dependency=\"search\"} 1\n"));
  CHECK_THAT(text, Contains("heirloom_dependency_down{dependency=\"search\"} 1\n"));
  CHECK_THAT(text, Contains("heirloom_dependency_down{dependency=\"events\"} 0\n"));
}

}  // namespace
}  // namespace heirloom
