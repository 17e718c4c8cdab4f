// A real OpenSearch, and indexes in it that a test has for itself.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "appliance/base/random.h"
#include "index/opensearch/opensearch_chunks.h"
#include "index/opensearch/opensearch_index.h"
#include "storage/remote/http_client.h"
#include "storage/remote/retry.h"
#include "tests/support/test_server.h"

namespace heirloom::testing {

class OpenSearchRoom {
 public:
  OpenSearchRoom() : url_(TestServer("OPENSEARCH")), client_(MakeHttpClient()) {
    std::array<std::uint8_t, 8> bytes{};
    SystemRandom().Fill(bytes);
    prefix_ = "t";
    for (const std::uint8_t byte : bytes) prefix_ += static_cast<char>('a' + byte % 26);
  }
  ~OpenSearchRoom() { Ask("DELETE", "/" + prefix_ + "-*"); }
  OpenSearchRoom(const OpenSearchRoom&) = delete;
  OpenSearchRoom& operator=(const OpenSearchRoom&) = delete;

  const std::string& Url() const { return url_; }
  const std::string& Prefix() const { return prefix_; }

  std::unique_ptr<RemoteSearchIndex> Open(
      std::chrono::milliseconds query_limit = std::chrono::seconds(5)) {
    return OpenOpenSearchIndex({url_, prefix_, query_limit}, MakeHttpClient(), pauses_);
  }

  std::unique_ptr<RemoteChunkIndex> OpenChunks(const Clock& clock) {
    return OpenOpenSearchChunks({url_, prefix_}, MakeHttpClient(), pauses_, clock);
  }

  HttpResponse Ask(const std::string& method, const std::string& path,
                   const std::string& body = {}) {
    HttpRequest request;
    request.method = method;
    request.url = url_ + path;
    request.body = body;
    if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
    return client_->Send(request).value_or(HttpResponse{});
  }

 private:
  const std::string url_;
  std::unique_ptr<HttpClient> client_;
  RealPauses pauses_;
  std::string prefix_;
};

}  // namespace heirloom::testing
