#include "appliance/operations/exchange_observer.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>

namespace heirloom {
namespace {

using namespace std::chrono_literals;
using Catch::Contains;

void Observe(const ExchangeObserver& observer, std::string method, std::string route,
             std::string path, int status) {
  http::Request request;
  request.method = std::move(method);
  request.route = std::move(route);
  request.path = std::move(path);
  observer({request, status, 10, 2ms});
}

TEST_CASE("requests are counted by route and class of status", "[metrics]") {
  Metrics metrics;
  const ExchangeObserver observer(metrics);
  Observe(observer, "GET", "/api/v1/stories/{id}", "/api/v1/stories/1", 200);
  Observe(observer, "GET", "/api/v1/stories/{id}", "/api/v1/stories/2", 204);
  Observe(observer, "GET", "/api/v1/stories/{id}", "/api/v1/stories/3", 404);
  const std::string text = metrics.Render();
  const std::string series =
      R"(heirloom_http_requests_total{method="GET",route="/api/v1/stories/{id}",status=")";
  CHECK_THAT(text, Contains(series + "2xx\"} 2"));
  CHECK_THAT(text, Contains(series + "4xx\"} 1"));
  CHECK_THAT(text, Contains("heirloom_http_request_duration_seconds_count{method=\"GET\",route="
                            "\"/api/v1/stories/{id}\"} 3"));
}

TEST_CASE("what strangers make up makes no series and tells no names", "[metrics]") {
  Metrics metrics;
  const ExchangeObserver observer(metrics);
  for (int i = 0; i < 50; ++i) {
    Observe(observer, "BREW" + std::to_string(i), "", "/secret-" + std::to_string(i), 404);
  }
  const std::string text = metrics.Render();
  CHECK_THAT(text, Contains(R"({method="other",route="none",status="4xx"} 50)"));
  CHECK_THAT(text, !Contains("BREW") && !Contains("secret"));
}

}  // namespace
}  // namespace heirloom
