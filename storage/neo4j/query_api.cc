#include "storage/neo4j/query_api.h"

#include <chrono>
#include <utility>

namespace heirloom::neo4j {
namespace {

constexpr std::size_t kMaxAnswer = 64u << 20;
constexpr std::chrono::seconds kWithin{30};
constexpr int kLater = 5;  // Seconds.

// Of an answer with `errors`.
std::string CodeOf(const Json& answer) {
  if (!answer.IsObject()) return "";
  const Json errors = answer.Get("errors");
  if (!errors.IsArray() || errors.Size() == 0 || !errors.At(0).IsObject()) return "";
  const Json code = errors.At(0).Get("code");
  return code.IsString() ? std::string(code.AsString()) : "";
}

Error Unavailable(std::string message) {
  return {ErrorCode::kUnavailable, std::move(message), {}, kLater};
}

}  // namespace

QueryApi::QueryApi(std::unique_ptr<HttpClient> http, const std::string& url,
                   const std::string& database)
    : http_(std::move(http)),
      endpoint_(url + "/db/" + database + "/query/v2"),
      database_(database) {}

Result<Json> QueryApi::Run(std::string_view statement, std::string_view parameters,
                           Access access) const {
  HttpRequest request;
  request.method = "POST";
  request.url = endpoint_;
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  request.body = Body(statement, parameters, access);
  request.timeout = kWithin;
  request.max_response_bytes = kMaxAnswer;
  request.repeatable = true;  // Versions make twice once.
  const Result<HttpResponse> answer = http_->Send(request);
  if (!answer) return heirloom::ErrorOf(answer);
  if (answer->status != 202 && answer->status != 200) {
    return tl::unexpected<Error>(ErrorOf(*answer));
  }
  const Result<Json> body = Json::Parse(answer->body, {.max_bytes = kMaxAnswer, .max_depth = 16});
  const Json data = body && body->IsObject() ? body->Get("data") : Json();
  const Json values = data.IsObject() ? data.Get("values") : Json();
  if (!values.IsArray()) {
    const std::string code = body ? CodeOf(*body) : "";
    return Fail(ErrorCode::kUnavailable,
                "graph: Neo4j's answer is none" + (code.empty() ? "" : " (" + code + ")"));
  }
  if (access == Access::kWrite) {
    const Json bookmarks = body->Get("bookmarks");
    const std::scoped_lock lock(mutex_);
    if (bookmarks.IsArray()) bookmarks_ = bookmarks.Dump();
  }
  return values;
}

std::string QueryApi::Body(std::string_view statement, std::string_view parameters,
                           Access access) const {
  JsonWriter body;
  body.BeginObject().Member("statement", statement).Key("parameters").Raw(parameters);
  body.Member("accessMode", access == Access::kRead ? "Read" : "Write");
  {
    const std::scoped_lock lock(mutex_);
    if (!bookmarks_.empty()) body.Key("bookmarks").Raw(bookmarks_);
  }
  return body.EndObject().Take();
}

// Neo4j's own messages may quote data: only its codes are passed on.
Error QueryApi::ErrorOf(const HttpResponse& answer) const {
  const Result<Json> body = Json::Parse(answer.body);
  const std::string code = body ? CodeOf(*body) : "";
  if (answer.status == 401 || code.starts_with("Neo.ClientError.Security.")) {
    return Unavailable("graph: Neo4j does not let us in (" + (code.empty() ? "401" : code) +
                       "); check storage.graph_user and storage.graph_password");
  }
  if (answer.status == 404 || code == "Neo.ClientError.Database.DatabaseNotFound") {
    return Unavailable("graph: Neo4j has no database '" + database_ +
                       "', or is none; check storage.graph");
  }
  const std::string what = std::to_string(answer.status) + (code.empty() ? "" : " " + code);
  if (answer.status >= 500 || answer.status == 429 || code.starts_with("Neo.TransientError.") ||
      code.starts_with("Neo.DatabaseError.")) {
    return Unavailable("graph: Neo4j cannot answer now (" + what + ")");
  }
  return {ErrorCode::kInternal, "graph: Neo4j refused a statement (" + what + ")", {}, 0};
}

}  // namespace heirloom::neo4j
