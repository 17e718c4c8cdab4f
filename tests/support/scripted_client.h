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

// Takes note of what would be waited, and does not wait.
class NotedPauses final : public Pauses {
 public:
  void Wait(std::chrono::milliseconds span) override { waited.push_back(span); }

  std::vector<std::chrono::milliseconds> waited;
};

}  // namespace heirloom::testing
