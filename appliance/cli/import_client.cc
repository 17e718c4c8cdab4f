#include "appliance/cli/import_client.h"

#include <utility>

#include "appliance/base/encoding.h"
#include "appliance/base/json.h"
#include "appliance/base/text.h"

namespace heirloom::cli {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kLegacies = "/api/v1/legacies";
constexpr int kMaxPages = 1'000;
constexpr JsonLimits kAnswerLimits{.max_bytes = 8u << 20, .max_depth = 32};
// The first question is answered soon or there is no server: a mistyped address should not cost
// the patience that a restart in the middle of an import deserves.
constexpr RetryPolicy kOpening{.max_tries = 3, .first_pause = milliseconds(500)};
constexpr RetryPolicy kUnderWay{};
constexpr RetryPolicy kOnce{.max_tries = 1};

std::string TextOf(const Json& object, std::string_view key) {
  const Json value = object.Get(key);
  return value.IsString() ? std::string(value.AsString()) : "";
}

Error NoHeirloom() {
  return {ErrorCode::kInternal, "what answers there does not speak like a Heirloom server", {}};
}

Result<Json> ReadAnswer(const HttpResponse& response) {
  Result<Json> json = Json::Parse(response.body, kAnswerLimits);
  if (!json || !json->IsObject()) return tl::unexpected<Error>(NoHeirloom());
  return json;
}

// The server's own words, when it has some: problem+json (RFC 9457).
std::string DetailOf(const HttpResponse& response) {
  const Result<Json> problem = Json::Parse(response.body, kAnswerLimits);
  if (!problem) return "";
  std::string words = TextOf(*problem, "detail");
  if (words.empty()) words = TextOf(*problem, "title");
  return words.empty() ? "" : ": " + words;
}

// A status that is no success, for the person who runs the import.
Error ErrorOfStatus(const HttpResponse& response) {
  switch (response.status) {
    case 401:
      return {ErrorCode::kUnauthenticated, "the token is not valid, or no longer", {}};
    case 403:
      return {ErrorCode::kForbidden, "the token's owner may not do that" + DetailOf(response), {}};
    case 404:
      return {ErrorCode::kNotFound, "there is no such legacy, or none for the token's owner", {}};
    case 429:
    case 503:
      return {ErrorCode::kUnavailable, "the server is too busy; try again later", {}};
    case 301:
    case 302:
    case 307:
    case 308:
      return {ErrorCode::kInvalidArgument,
              "the server points to another address: " +
                  std::string(response.GetHeader("Location").value_or("?")),
              {}};
    default:
      return {ErrorCode::kInternal,
              "the server answered " + std::to_string(response.status) + DetailOf(response),
              {}};
  }
}

// "/items/3/happened_at" becomes the name that the source uses: "date".
std::string FieldOf(std::string_view pointer) {
  for (int skip = 0; skip < 3; ++skip)
    pointer.remove_prefix(std::min(pointer.find('/') + 1, pointer.size()));
  if (pointer == "happened_at") return "date";
  if (pointer == "text") return "body";
  if (pointer == "source_id") return "id";
  return std::string(pointer);
}

ImportOutcome ReadOutcome(const Json& item) {
  ImportOutcome outcome{TextOf(item, "outcome"), TextOf(item, "reason")};
  const Json errors = item.Get("errors");
  std::string fields;
  for (std::size_t i = 0; i < errors.Size(); ++i) {
    if (!fields.empty()) fields += "; ";
    fields += FieldOf(TextOf(errors.At(i), "pointer")) + ": " + TextOf(errors.At(i), "message");
  }
  if (!fields.empty()) outcome.reason = std::move(fields);
  return outcome;
}

}  // namespace

HttpRequest ImportClient::Ask(std::string method, std::string_view path, std::string body) const {
  HttpRequest request;
  request.method = std::move(method);
  request.url = server_ + std::string(path);
  request.headers.push_back({"Authorization", "Bearer " + token_});
  request.headers.push_back({"Accept", "application/json"});
  if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
  request.body = std::move(body);
  return request;
}

Status ImportClient::Hold(const Result<HttpResponse>& answer) const {
  if (!answer) return ErrorOf(answer);
  if (answer->status / 100 != 2) return tl::unexpected<Error>(ErrorOfStatus(*answer));
  return {};
}

Result<Id> ImportClient::CheckLegacy(const Id& id) const {
  const auto answer = sender_.Send(Ask("GET", std::string(kLegacies) + "/" + id), kOpening);
  if (const Status good = Hold(answer); !good) return ErrorOf(good);
  return id;
}

Result<std::optional<Id>> ImportClient::FindLegacy(const std::string& title) const {
  if (IsId(title)) {
    const Result<Id> id = CheckLegacy(title);
    if (!id) return ErrorOf(id);
    return std::optional<Id>(*id);
  }
  const std::string wanted = FoldKey(title);
  std::vector<Id> found;
  std::string cursor;
  for (int page = 0; page < kMaxPages; ++page) {
    const std::string query = cursor.empty() ? "" : "&cursor=" + PercentEncode(cursor);
    const auto answer =
        sender_.Send(Ask("GET", std::string(kLegacies) + "?limit=100" + query), kOpening);
    if (const Status good = Hold(answer); !good) return ErrorOf(good);
    const Result<Json> json = ReadAnswer(*answer);
    if (!json) return ErrorOf(json);
    const Json items = json->Get("items");
    if (!items.IsArray()) return tl::unexpected<Error>(NoHeirloom());
    for (std::size_t i = 0; i < items.Size(); ++i) {
      const Json item = items.At(i);
      if (FoldKey(TextOf(item, "title")) == wanted) found.push_back(TextOf(item, "id"));
    }
    cursor = TextOf(*json, "next_cursor");
    if (cursor.empty()) break;
  }
  if (found.empty()) return std::optional<Id>();
  if (found.size() == 1 && IsId(found.front())) return std::optional<Id>(found.front());
  std::string ids;
  for (const Id& id : found) ids += (ids.empty() ? "" : ", ") + id;
  return Fail(ErrorCode::kConflict, std::to_string(found.size()) +
                                        " legacies have that title; give the id of one as "
                                        "--legacy: " +
                                        ids);
}

Result<Id> ImportClient::FindOrFoundLegacy(const std::string& title) const {
  JsonWriter body;
  body.BeginObject().Member("title", title).EndObject();
  const HttpRequest found = Ask("POST", kLegacies, body.Take());
  for (int next_try = 2;; ++next_try) {
    const Result<std::optional<Id>> known = FindLegacy(title);
    if (!known) return ErrorOf(known);
    if (*known) return **known;
    const auto answer = sender_.Send(found, kOnce);
    if (next_try <= kUnderWay.max_tries && MayPass(answer) &&
        sender_.PauseBefore(next_try, answer, kUnderWay)) {
      continue;
    }
    if (const Status good = Hold(answer); !good) return ErrorOf(good);
    const Result<Json> json = ReadAnswer(*answer);
    if (!json) return ErrorOf(json);
    const Id id = TextOf(*json, "id");
    if (!IsId(id)) return tl::unexpected<Error>(NoHeirloom());
    return id;
  }
}

Result<std::vector<ImportOutcome>> ImportClient::SendBatch(const Id& legacy, std::string body,
                                                           std::size_t count) const {
  const std::string path = std::string(kLegacies) + "/" + legacy + "/imports/stories";
  HttpRequest request = Ask("POST", path, std::move(body));
  request.timeout = milliseconds(120'000);  // A batch of large stories on a small machine.
  const auto answer = sender_.Send(request, kUnderWay);
  if (const Status good = Hold(answer); !good) return ErrorOf(good);
  const Result<Json> json = ReadAnswer(*answer);
  if (!json) return ErrorOf(json);
  const Json items = json->Get("items");
  if (!items.IsArray() || items.Size() != count) return tl::unexpected<Error>(NoHeirloom());
  std::vector<ImportOutcome> outcomes;
  for (std::size_t i = 0; i < count; ++i) outcomes.push_back(ReadOutcome(items.At(i)));
  return outcomes;
}

}  // namespace heirloom::cli
