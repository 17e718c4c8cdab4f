#include "appliance/operations/operations_routes.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/manual_clock.h"

namespace heirloom {
namespace {

using Catch::Contains;

class OperationsFixture {
 protected:
  OperationsFixture() {
    AddHealthRoutes(router_, health_);
    AddMetricsRoute(router_, metrics_, http::TrustedProxies::Parse({"127.0.0.1/32", "::1"}).value(),
                    Secret::Literal("scraper-token-0123"));
  }

  http::Response Get(const std::string& path, const std::string& peer = "127.0.0.1",
                     std::vector<http::Header> headers = {}) {
    http::Request request;
    request.method = "GET";
    request.path = path;
    request.remote_address = peer;
    request.headers = std::move(headers);
    return (*router_.Find("GET", path).handler)(request);
  }

  testing::ManualClock clock_;
  HealthService health_{
      clock_, {.version = "1.2.3", .adapters = {{"database", "sqlite"}}, .features = {"x"}}};
  Metrics metrics_;
  http::Router router_;
};

TEST_CASE_METHOD(OperationsFixture, "health says that the process lives", "[operations]") {
  CHECK(Get("/healthz").status == 200);
  CHECK(Get("/healthz").body == R"({"status":"ok"})");
}

TEST_CASE_METHOD(OperationsFixture, "readiness names each part, and is 503 when one fails",
                 "[operations]") {
  health_.AddCheck("database", [] { return CheckResult{}; });
  CHECK(Get("/readyz").status == 200);
  CHECK(Get("/readyz").body ==
        R"({"status":"ready","checks":[{"name":"database","status":"ok"}]})");

  health_.AddCheck("search", [] { return CheckResult{CheckResult::State::kFailing, "Gone."}; });
  clock_.Advance(Time::FromSeconds(2));
  CHECK(Get("/readyz").status == 503);
  CHECK_THAT(Get("/readyz").body,
             Contains(R"("status":"failing","checks")") &&
                 Contains(R"({"name":"search","status":"failing","detail":"Gone."})"));
  health_.SetDraining();
  CHECK(Get("/readyz").status == 503);
  CHECK_THAT(Get("/readyz").body, Contains(R"({"status":"draining")"));
}

TEST_CASE_METHOD(OperationsFixture, "the manifest says what is installed", "[operations]") {
  CHECK(
      Get("/manifest").body ==
      R"({"name":"heirloom","version":"1.2.3","api":"v1","adapters":{"database":"sqlite"},"features":["x"]})");
}

TEST_CASE_METHOD(OperationsFixture, "metrics are for those on the list; to others nothing is there",
                 "[operations]") {
  metrics_.AddInfo("heirloom_secret_info", "x", {});
  for (const std::string peer : {"127.0.0.1", "::1", "::ffff:127.0.0.1"}) {
    CAPTURE(peer);
    CHECK(Get("/metrics", peer).status == 200);
    CHECK_THAT(Get("/metrics", peer).body, Contains("heirloom_secret_info 1"));
  }
  for (const std::string peer : {"127.0.0.2", "192.168.1.7", "2001:db8::1", "", "unix"}) {
    CAPTURE(peer);
    CHECK(Get("/metrics", peer).status == 404);
    CHECK_THAT(Get("/metrics", peer).body, !Contains("heirloom_secret_info"));
  }
}

TEST_CASE_METHOD(OperationsFixture,
                 "metrics are not served through a proxy, not even one next door", "[operations]") {
  for (const std::string name : {"X-Forwarded-For", "forwarded", "Via"}) {
    CAPTURE(name);
    CHECK(Get("/metrics", "127.0.0.1", {{name, "203.0.113.9"}}).status == 404);
  }
}

TEST_CASE_METHOD(OperationsFixture, "a scraper with the token may read metrics from anywhere",
                 "[operations]") {
  const http::Header good{"Authorization", "Bearer scraper-token-0123"};
  CHECK(Get("/metrics", "192.168.1.7", {good}).status == 200);
  CHECK(Get("/metrics", "127.0.0.1", {good, {"X-Forwarded-For", "203.0.113.9"}}).status == 200);
  for (const std::string wrong : {"Bearer scraper-token-0124", "Bearer scraper-token-012",
                                  "Bearer ", "bearer", "Basic scraper-token-0123", ""}) {
    CAPTURE(wrong);
    CHECK(Get("/metrics", "192.168.1.7", {{"Authorization", wrong}}).status == 404);
  }
}

TEST_CASE("where no token is set none is right", "[operations]") {
  http::Router router;
  const Metrics metrics;
  AddMetricsRoute(router, metrics, http::TrustedProxies::Parse({"::1"}).value(), Secret());
  http::Request request;
  request.remote_address = "192.168.1.7";
  request.headers = {{"Authorization", "Bearer "}};
  CHECK((*router.Find("GET", "/metrics").handler)(request).status == 404);
}

}  // namespace
}  // namespace heirloom
