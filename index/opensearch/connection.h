// One OpenSearch cluster, asked in JSON over the client that it is given: time limits per request,
// answers judged, errors in our words. Thread-safe.

#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "appliance/base/json.h"
#include "appliance/base/result.h"
#include "storage/remote/http_client.h"

namespace heirloom::opensearch {

struct Request {
  std::string method = "GET";
  std::string path;  // With its query, percent-encoded; begins with "/".
  std::string body;  // JSON, or lines of it for _bulk and _msearch; empty: none.
  std::chrono::milliseconds timeout{30'000};
  bool repeatable = true;  // Nearly all of ours may arrive twice.
};

struct Answer {
  int status = 0;
  Json body;
};

class Connection {
 public:
  // `client` must outlive it and brings what the cluster wants to see of who asks. `base_url`:
  // "https://search.example.org:9200", without a slash at its end.
  Connection(HttpClient& client, std::string base_url)
      : client_(client), base_url_(std::move(base_url)) {}

  // Any answer but those that say that it cannot be had now: kUnavailable for no answer, 401, 403,
  // 408, 429 and 5xx, with words for the log. A time-out of nothing is not asked at all.
  Result<Answer> Ask(const Request& request) const;

  // The body of a 2xx answer. kNotFound for 404, kConflict for 409, kInternal for the rest, which
  // is a bug of ours; the message names the error's type, never the request.
  Result<Json> Get(const Request& request) const;

  // The cluster answers and is an OpenSearch that we know.
  Status Ping(std::chrono::milliseconds timeout) const;

 private:
  HttpClient& client_;
  const std::string base_url_;
};

// "index_not_found_exception", of the body of a failed answer; empty when it does not tell.
std::string ErrorType(const Json& body);

}  // namespace heirloom::opensearch
