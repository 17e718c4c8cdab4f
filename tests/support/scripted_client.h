#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "storage/remote/http_client.h"
#include "storage/remote/retry.h"

namespace heirloom::testing {

// A server made of a function, without a socket between. Remembers what it was asked.
class ScriptedClient final : public HttpClient {
 public:
  using Script = std::function<Result<HttpResponse>(const HttpRequest&)>;
  explicit ScriptedClient(Script script) : script_(std::move(script)) {}

  Result<HttpResponse> Send(const HttpRequest& request) override {
    requests.push_back(request);
    return script_(request);
  }

  std::vector<HttpRequest> requests;

 private:
  const Script script_;
};

// Takes note of what would be waited, and does not wait: its own time goes on by as much. Not
// thread-safe.
class NotedPauses final : public Pauses {
 public:
  std::chrono::steady_clock::time_point Now() const override { return now; }
  void Wait(std::chrono::milliseconds span, const std::stop_token&) override {
    waited.push_back(span);
    now += span;
  }

  std::vector<std::chrono::milliseconds> waited;
  std::chrono::steady_clock::time_point now{std::chrono::hours(1)};
};

}  // namespace heirloom::testing
