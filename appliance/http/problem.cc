#include "appliance/http/problem.h"

#include <algorithm>
#include <array>

#include "appliance/base/json.h"
#include "appliance/base/log.h"
#include "appliance/base/text.h"

namespace heirloom::http {
namespace {

// What senders named themselves is shown to them, but an answer must not grow with the question.
constexpr std::size_t kMaxPointer = 300;  // Characters.
constexpr std::size_t kMaxText = 1000;
constexpr std::size_t kMaxErrors = 100;

struct Kind {
  int status;
  std::string_view slug;
  std::string_view title;
};

constexpr std::array kKinds = {
    Kind{400, "malformed", "The request could not be read"},
    Kind{401, "unauthenticated", "Please sign in"},
    Kind{403, "forbidden", "You may not do that"},
    Kind{404, "not-found", "There is nothing here, or nothing for you to see"},
    Kind{405, "method-not-allowed", "That cannot be done here"},
    Kind{408, "timeout", "The request took too long to arrive"},
    Kind{409, "conflict", "That does not fit how things are now"},
    Kind{412, "precondition-failed", "Somebody changed it in the meantime"},
    Kind{413, "too-large", "That is too large"},
    Kind{414, "target-too-long", "The address is too long"},
    Kind{415, "unsupported-media-type", "That kind of content is not read here"},
    Kind{416, "range-not-satisfiable", "There is less of it than that"},
    Kind{417, "expectation-failed", "That expectation cannot be met"},
    Kind{422, "invalid", "Something in the request needs mending"},
    Kind{428, "precondition-required", "Say which version you are changing"},
    Kind{429, "limit-exceeded", "Too many tries; please wait a little"},
    Kind{431, "head-too-large", "The request headers are too large"},
    Kind{500, "internal", "Something went wrong on our side"},
    Kind{501, "not-implemented", "That method is not known here"},
    Kind{503, "unavailable", "Not available right now; please try again"},
    Kind{505, "version-not-supported", "That version of HTTP is not spoken here"},
};

const Kind& KindOf(int status) {
  const auto it =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& k) { return k.status == status; });
  return it != kKinds.end() ? *it : KindOf(500);
}

Response Make(const Request& request, int status, std::string_view detail,
              const std::vector<FieldError>& errors, int retry_after_seconds = 0) {
  const Kind& kind = KindOf(status);
  JsonWriter json;
  json.BeginObject();
  json.Member("type", "urn:heirloom:problem:" + std::string(kind.slug));
  json.Member("title", kind.title);
  json.Member("status", static_cast<std::int64_t>(kind.status));
  if (!detail.empty()) json.Member("detail", FirstCharacters(detail, kMaxText));
  json.Member("request_id", request.request_id);
  if (!errors.empty()) {
    json.Key("errors").BeginArray();
    for (std::size_t i = 0; i < std::min(errors.size(), kMaxErrors); ++i) {
      json.BeginObject();
      json.Member("pointer", FirstCharacters(errors[i].pointer, kMaxPointer));
      json.Member("message", FirstCharacters(errors[i].message, kMaxText));
      json.EndObject();
    }
    json.EndArray();
  }
  json.EndObject();

  Response response;
  response.status = kind.status;
  response.headers.push_back({"Content-Type", "application/problem+json"});
  response.headers.push_back({"Cache-Control", "no-store"});
  if (status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer realm=\"heirloom\""});
  if (status == 503 || status == 429) {
    const int otherwise = status == 503 ? 2 : 30;
    const int seconds = retry_after_seconds > 0 ? retry_after_seconds : otherwise;
    response.headers.push_back({"Retry-After", std::to_string(seconds)});
  }
  response.body = json.Take();
  return response;
}

}  // namespace

int StatusOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMalformed:
      return 400;
    case ErrorCode::kInvalidArgument:
      return 422;
    case ErrorCode::kUnauthenticated:
      return 401;
    case ErrorCode::kForbidden:
      return 403;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kConflict:
      return 409;
    case ErrorCode::kPreconditionFailed:
      return 412;
    case ErrorCode::kPreconditionRequired:
      return 428;
    case ErrorCode::kTooLarge:
      return 413;
    case ErrorCode::kUnsupportedMediaType:
      return 415;
    case ErrorCode::kLimitExceeded:
      return 429;
    case ErrorCode::kUnavailable:
      return 503;
    case ErrorCode::kInternal:
      return 500;
  }
  return 500;
}

Response Problem(const Request& request, const Error& error) {
  const bool ours = error.code == ErrorCode::kInternal || error.code == ErrorCode::kUnavailable;
  if (ours) {
    Log(error.code == ErrorCode::kInternal ? LogLevel::kError : LogLevel::kWarn, "request failed",
        {{"reason", error.message}, {"route", request.route}, {"request_id", request.request_id}});
  }
  return Make(request, StatusOf(error.code), ours ? std::string_view() : error.message,
              ours ? std::vector<FieldError>() : error.fields, error.retry_after_seconds);
}

Response ProblemOfStatus(const Request& request, int status, std::string_view detail) {
  return Make(request, status, detail, {});
}

}  // namespace heirloom::http
