#include "appliance/http/server.h"

#include <catch2/catch.hpp>

#include "tests/support/manual_clock.h"
#include "tests/support/seeded_random.h"

namespace heirloom::http {
namespace {

struct Bench {
  testing::ManualClock clock;
  testing::SeededRandom random;
  IdSource ids{clock, random};
  Router router;

  std::unique_ptr<Server> NewServer(ServerOptions options = {}) {
    return std::make_unique<Server>(std::move(options), router, clock, ids);
  }
};

TEST_CASE("a server takes a free port, and a second one cannot have it", "[http][server]") {
  Bench bench;
  const auto first = bench.NewServer();
  REQUIRE(first->Listen());
  REQUIRE(first->port() > 0);

  ServerOptions taken;
  taken.port = first->port();
  const Status refused = bench.NewServer(taken)->Listen();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kUnavailable);
  CHECK_THAT(refused.error().message, Catch::Contains(std::to_string(first->port())));
}

TEST_CASE("an address or a proxy network that makes no sense is named", "[http][server]") {
  Bench bench;
  ServerOptions nowhere;
  nowhere.host = "999.1.1.1.invalid";
  CHECK(bench.NewServer(nowhere)->Listen().error().code == ErrorCode::kInvalidArgument);

  ServerOptions no_network;
  no_network.trusted_proxies = {"10.0.0.0/99"};
  const Status refused = bench.NewServer(no_network)->Listen();
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Catch::Contains("10.0.0.0/99"));
}

TEST_CASE("a server can be drained twice, and one that never listened at all", "[http][server]") {
  Bench bench;
  bench.NewServer()->Drain(std::chrono::milliseconds(10));
  const auto server = bench.NewServer();
  REQUIRE(server->Listen());
  server->Drain(std::chrono::milliseconds(10));
  server->Drain(std::chrono::milliseconds(10));
  CHECK(server->Stats().connections == 0);
}

}  // namespace
}  // namespace heirloom::http
