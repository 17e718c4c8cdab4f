#include "appliance/cli/api_access.h"

#include <fstream>
#include <utility>

#include "appliance/base/text.h"
#include "storage/remote/http_url.h"

namespace heirloom::cli {
namespace {

constexpr std::size_t kMaxToken = 4096;
constexpr JsonLimits kAnswerLimits{.max_bytes = 8u << 20, .max_depth = 32};

// kInvalidArgument is what is wrong with the options, anything else a failure to run.
tl::unexpected<Error> WrongUse(std::string what) {
  return Fail(ErrorCode::kInvalidArgument, std::move(what));
}

// The server's own words, when it has some: problem+json (RFC 9457).
std::string DetailOf(const HttpResponse& response) {
  const Result<Json> problem = Json::Parse(response.body, kAnswerLimits);
  if (!problem) return "";
  std::string words = TextAt(*problem, "detail");
  if (words.empty()) words = TextAt(*problem, "title");
  return words.empty() ? "" : ": " + words;
}

// A status that is no success, for the person at the command line.
Error ErrorOfStatus(const HttpResponse& response) {
  switch (response.status) {
    case 401:
      return {ErrorCode::kUnauthenticated, "the token is not valid, or no longer", {}, 0};
    case 403:
      return {
          ErrorCode::kForbidden, "the token's owner may not do that" + DetailOf(response), {}, 0};
    case 404:
      return {
          ErrorCode::kNotFound, "there is no such legacy, or none for the token's owner", {}, 0};
    case 409:
      return {ErrorCode::kConflict, "it cannot be done now" + DetailOf(response), {}, 0};
    case 429:
    case 503:
      return {ErrorCode::kUnavailable, "the server is too busy; try again later", {}, 0};
    case 301:
    case 302:
    case 307:
    case 308:
      return {ErrorCode::kInvalidArgument,
              "the server points to another address: " +
                  std::string(response.GetHeader("Location").value_or("?")),
              {},
              0};
    default:
      return {ErrorCode::kInternal,
              "the server answered " + std::to_string(response.status) + DetailOf(response),
              {},
              0};
  }
}

}  // namespace

Result<std::string> CleanServer(std::string server) {
  while (server.ends_with('/')) server.pop_back();
  if (!server.starts_with("http://") && !server.starts_with("https://")) {
    return WrongUse("--server must be a URL such as http://127.0.0.1:8080");
  }
  const Result<HttpUrl> url = HttpUrl::Parse(server);
  if (!url) return WrongUse("--server: " + url.error().message);
  if (server.find_first_of("?#") != std::string::npos) {
    return WrongUse("--server must be a URL without ? and #");
  }
  return server;
}

Result<std::string> ReadToken(const std::string& token_file, const std::string& environment) {
  std::string token = environment;
  if (!token_file.empty()) {
    std::ifstream in(token_file, std::ios::binary);
    token.assign(kMaxToken, '\0');
    in.read(token.data(), static_cast<std::streamsize>(token.size()));
    if (!in.is_open() || in.bad()) {
      return Fail(ErrorCode::kNotFound, "the token file " + token_file + " cannot be read");
    }
    token.resize(static_cast<std::size_t>(in.gcount()));
  }
  token = CollapseSpace(token);
  if (token.empty()) {
    return WrongUse("a token is needed: --token-file FILE, or HEIRLOOM_TOKEN in the environment");
  }
  for (const char c : token) {
    if (c <= ' ' || c > '~') return Fail(ErrorCode::kMalformed, "that is no token");
  }
  return token;
}

HttpRequest ApiAccess::Ask(std::string method, std::string_view path, std::string body) const {
  HttpRequest request;
  request.method = std::move(method);
  request.url = server_ + std::string(path);
  request.headers.push_back({"Authorization", "Bearer " + token_});
  request.headers.push_back({"Accept", "application/json"});
  if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
  request.body = std::move(body);
  return request;
}

Status RequireSuccess(const Result<HttpResponse>& answer) {
  if (!answer) return ErrorOf(answer);
  if (answer->status / 100 != 2) return tl::unexpected<Error>(ErrorOfStatus(*answer));
  return {};
}

Result<Json> ReadAnswer(const HttpResponse& response) {
  Result<Json> json = Json::Parse(response.body, kAnswerLimits);
  if (!json || !json->IsObject()) return tl::unexpected<Error>(NoHeirloom());
  return json;
}

Error NoHeirloom() {
  return {ErrorCode::kInternal, "what answers there does not speak like a Heirloom server", {}, 0};
}

std::string TextAt(const Json& object, std::string_view key) {
  const Json value = object.Get(key);
  return value.IsString() ? std::string(value.AsString()) : "";
}

}  // namespace heirloom::cli
