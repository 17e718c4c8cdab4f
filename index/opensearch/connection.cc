#include "index/opensearch/connection.h"

#include <utility>

namespace heirloom::opensearch {
namespace {

// The most hits that are asked for take some 3 MB.
constexpr std::size_t kMaxAnswerBytes = 64u << 20;
constexpr std::chrono::milliseconds kConnectTimeout{2'000};
constexpr char kAccess[] =
    "index.search_user and index.search_password_file, index.search_token_file, or "
    "index.search_signing";

std::string InWords(const Answer& answer) {
  std::string words = "OpenSearch answered " + std::to_string(answer.status);
  const std::string type = ErrorType(answer.body);
  return type.empty() ? words : words + " (" + type + ")";
}

// Commas and stars of a query are sent as a signature has them (SigV4), so that it does not matter
// whether who checks it looks at what was sent or encodes that anew.
std::string AsSigned(const std::string& path) {
  const std::size_t query = path.find('?');
  std::string sent = path.substr(0, query);
  for (const char c : path.substr(sent.size())) {
    if (c == ',' || c == '*') {
      sent += c == ',' ? "%2C" : "%2A";
    } else {
      sent += c;
    }
  }
  return sent;
}

// Statuses that say nothing of the request.
bool SaysNotNow(int status) {
  return status == 401 || status == 403 || status == 408 || status == 429 || status >= 500;
}

tl::unexpected<Error> NotNow(const Answer& answer) {
  if (answer.status == 401) {
    return FailForNow(ErrorCode::kUnavailable,
                      std::string("OpenSearch does not accept our credentials; look at ") + kAccess,
                      30);
  }
  if (answer.status == 403) {
    const std::string type = ErrorType(answer.body);
    return FailForNow(ErrorCode::kUnavailable,
                      "OpenSearch does not let us do that" +
                          (type.empty() ? "" : " (" + type + ")") +
                          "; look at the rights of who asks, and at " + kAccess,
                      30);
  }
  return FailForNow(ErrorCode::kUnavailable, InWords(answer), answer.status == 429 ? 2 : 5);
}

}  // namespace

std::string ErrorType(const Json& body) {
  if (!body.IsObject()) return {};
  const Json error = body.Get("error");
  if (!error.IsObject()) return {};
  const Json causes = error.Get("root_cause");
  const Json cause = causes.IsArray() && causes.Size() > 0 ? causes.At(0) : error;
  const Json type = cause.IsObject() ? cause.Get("type") : Json();
  return type.IsString() ? std::string(type.AsString()) : std::string();
}

Result<Answer> Connection::Ask(const Request& request) const {
  if (request.timeout.count() <= 0) {
    return Fail(ErrorCode::kUnavailable, "there was no time left to ask OpenSearch");
  }
  HttpRequest http;
  http.method = request.method;
  http.url = base_url_ + AsSigned(request.path);
  http.headers.push_back({"Accept", "application/json"});
  if (!request.body.empty()) http.headers.push_back({"Content-Type", "application/json"});
  http.body = request.body;
  http.connect_timeout = std::min(kConnectTimeout, request.timeout);
  http.timeout = request.timeout;
  http.max_response_bytes = kMaxAnswerBytes;
  http.framed_only = true;
  http.repeatable = request.repeatable;
  auto response = client_.Send(http);
  if (!response) {
    Error error = response.error();
    if (error.code != ErrorCode::kInvalidArgument) error.code = ErrorCode::kUnavailable;
    return tl::unexpected<Error>(std::move(error));
  }
  Answer answer;
  answer.status = response->status;
  auto body = Json::Parse(response->body, {kMaxAnswerBytes, 64});
  if (body) answer.body = std::move(*body);
  if (SaysNotNow(answer.status)) return NotNow(answer);
  if (!body && !response->body.empty()) {
    return Fail(ErrorCode::kUnavailable, "what answers is no OpenSearch: it does not speak JSON");
  }
  return answer;
}

Result<Json> Connection::Get(const Request& request) const {
  auto answer = Ask(request);
  if (!answer) return ErrorOf(answer);
  if (answer->status >= 200 && answer->status < 300) return std::move(answer->body);
  const ErrorCode code = answer->status == 404   ? ErrorCode::kNotFound
                         : answer->status == 409 ? ErrorCode::kConflict
                                                 : ErrorCode::kInternal;
  return Fail(code, InWords(*answer));
}

Status Connection::Ping(std::chrono::milliseconds timeout) const {
  const auto answer = Get({"GET", "/", "", timeout});
  if (!answer) return ErrorOf(answer);
  const Json version = answer->IsObject() ? answer->Get("version") : Json();
  const Json name = version.IsObject() ? version.Get("distribution") : Json();
  const Json number = version.IsObject() ? version.Get("number") : Json();
  if (!name.IsString() || name.AsString() != "opensearch" || !number.IsString()) {
    return Fail(ErrorCode::kUnavailable, "what answers is no OpenSearch");
  }
  if (number.AsString().starts_with("1.")) {
    return Fail(ErrorCode::kUnavailable,
                "OpenSearch " + std::string(number.AsString()) + " is too old: 2.19 or later");
  }
  return {};
}

}  // namespace heirloom::opensearch
