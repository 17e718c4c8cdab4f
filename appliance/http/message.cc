#include "appliance/http/message.h"

#include <algorithm>

#include "appliance/base/encoding.h"
#include "appliance/base/log.h"
#include "appliance/http/header_text.h"

namespace heirloom::http {
namespace {

constexpr std::size_t kMaxAdded = 32;  // To an ETag behind its version.

bool IsJsonType(std::string_view content_type) {
  const std::string_view type = TrimBlanks(content_type.substr(0, content_type.find(';')));
  constexpr std::string_view kSuffix = "+json";
  return EqualsIgnoringCase(type, "application/json") ||
         (type.size() > kSuffix.size() &&
          EqualsIgnoringCase(type.substr(type.size() - kSuffix.size()), kSuffix));
}

// "v12" as ETagOf makes it, or with what representation.h adds: "v12-1f2e3d-gzip". What was added
// tells views of one version apart, and no view's change is lost by writing a newer version.
std::optional<std::int64_t> VersionIn(std::string_view tag) {
  constexpr std::string_view kBegin = "\"v";
  if (tag.size() < 4 || tag.substr(0, 2) != kBegin || tag.back() != '"') return std::nullopt;
  tag = tag.substr(2, tag.size() - 3);
  const std::size_t dash = tag.find('-');
  const bool plain = dash == std::string_view::npos ||
                     (tag.size() - dash <= kMaxAdded && IsToken(tag.substr(dash)));
  return plain ? ParseDigits(tag.substr(0, dash)) : std::nullopt;
}

}  // namespace

std::optional<std::string_view> Request::GetHeader(std::string_view name) const {
  for (const Header& header : headers) {
    if (EqualsIgnoringCase(header.name, name)) return header.value;
  }
  return std::nullopt;
}

// RFC 6265 section 5.4. HTTP/2 proxies split cookies over several header fields, so all are read.
std::optional<std::string_view> Request::GetCookie(std::string_view name) const {
  for (const Header& header : headers) {
    if (!EqualsIgnoringCase(header.name, "Cookie")) continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const std::size_t end = rest.find(';');
      const std::string_view pair = TrimBlanks(rest.substr(0, end));
      const std::size_t equals = pair.find('=');
      if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
        std::string_view value = pair.substr(equals + 1);
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
          value = value.substr(1, value.size() - 2);
        }
        return value;
      }
      if (end == std::string_view::npos) break;
      rest.remove_prefix(end + 1);
    }
  }
  return std::nullopt;
}

const std::string& Request::PathParam(std::string_view name) const {
  for (const auto& [key, value] : path_params) {
    if (key == name) return value;
  }
  Panic("route " + route + " has no path parameter " + std::string(name));
}

Response& Response::Set(std::string_view name, std::string value) {
  for (Header& header : headers) {
    if (EqualsIgnoringCase(header.name, name)) {
      header.value = std::move(value);
      return *this;
    }
  }
  headers.push_back({std::string(name), std::move(value)});
  return *this;
}

Response& Response::Add(std::string_view name, std::string value) {
  headers.push_back({std::string(name), std::move(value)});
  return *this;
}

Response Response::Json(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", "application/json"});
  response.body = std::move(body);
  return response;
}

Response Response::NoContent() {
  Response response;
  response.status = 204;
  return response;
}

std::string ETagOf(std::int64_t version) { return "\"v" + std::to_string(version) + "\""; }

Result<std::optional<RequestKey>> ReadRequestKey(const Request& request) {
  constexpr std::size_t kLongest = 255;
  constexpr std::string_view kName = "Idempotency-Key";
  std::size_t count = 0;
  for (const Header& each : request.headers) count += EqualsIgnoringCase(each.name, kName);
  if (count == 0) return std::nullopt;
  const std::string_view key = TrimBlanks(*request.GetHeader(kName));
  const bool visible =
      std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (count > 1 || key.empty() || key.size() > kLongest || !visible) {
    return FailFields(
        {FieldError{std::string(kName), "must be one value of 1 to 255 visible ASCII characters"}});
  }
  return RequestKey{request.method + " " + request.route, std::string(key),
                    Sha256Hex(request.path + "\n" + request.body)};
}

Result<std::optional<std::int64_t>> ReadIfMatch(const Request& request) {
  const auto refuse = [](std::string message) {
    return FailFields({FieldError{"If-Match", std::move(message)}});
  };
  const std::optional<std::string_view> header = request.GetHeader("If-Match");
  if (!header) {
    return Fail(ErrorCode::kPreconditionRequired,
                "Send If-Match with the ETag that you read, so that nobody's change is lost.");
  }
  std::size_t count = 0;
  for (const Header& each : request.headers) count += EqualsIgnoringCase(each.name, "If-Match");
  if (count > 1 || SplitList(*header).size() > 1) return refuse("must name one ETag only");

  std::string_view tag = TrimBlanks(*header);
  if (tag == "*") return std::optional<std::int64_t>();
  // If-Match compares strongly, and a weak ETag is never strongly equal (RFC 9110 section 8.8.3.2).
  const bool weak = tag.substr(0, 2) == "W/";
  if (weak) tag.remove_prefix(2);
  const std::optional<std::int64_t> version = VersionIn(tag);
  if (!version) return refuse("must be an ETag as we send it, such as \"v12\" with the quotes");
  if (weak) {
    return Fail(ErrorCode::kPreconditionFailed, "A weak ETag never matches here; send it as read.");
  }
  return std::optional<std::int64_t>(*version);
}

Result<heirloom::Json> ReadJson(const Request& request, const JsonLimits& limits) {
  const std::optional<std::string_view> encoding = request.GetHeader("Content-Encoding");
  if (encoding && !EqualsIgnoringCase(*encoding, "identity")) {
    return Fail(ErrorCode::kUnsupportedMediaType, "Send the body without Content-Encoding.");
  }
  const std::optional<std::string_view> type = request.GetHeader("Content-Type");
  if (!type || !IsJsonType(*type)) {
    return Fail(ErrorCode::kUnsupportedMediaType,
                "Send the body as JSON, with Content-Type: application/json.");
  }
  return heirloom::Json::Parse(request.body, limits);
}

}  // namespace heirloom::http
