// Neo4j's HTTP Query API, version 2 (neo4j.com/docs/query-api): one statement with its parameters,
// in a transaction of its own. An answer is 202; whatever goes wrong is a code in words.

#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "appliance/base/json.h"
#include "appliance/base/result.h"
#include "storage/remote/http_client.h"

namespace heirloom::neo4j {

enum class Access { kRead, kWrite };

// Thread-safe.
class QueryApi {
 public:
  QueryApi(std::unique_ptr<HttpClient> http, const std::string& url, const std::string& database);

  // Rows as an array of arrays. `statement` is one of ours, never made from data; `parameters` is a
  // JSON object. After a write, everything asked here sees it, also in a cluster (bookmarks).
  // kUnavailable: no answer, no right, no such database, or a conflict that may pass.
  Result<Json> Run(std::string_view statement, std::string_view parameters, Access access) const;

 private:
  std::string Body(std::string_view statement, std::string_view parameters, Access access) const;
  Error ErrorOf(const HttpResponse& answer) const;

  const std::unique_ptr<HttpClient> http_;
  const std::string endpoint_;
  const std::string database_;
  mutable std::mutex mutex_;
  mutable std::string bookmarks_;  // A JSON array, of the newest write; empty: none.
};

}  // namespace heirloom::neo4j
