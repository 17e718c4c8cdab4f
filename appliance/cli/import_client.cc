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
constexpr RetryPolicy kOnce{.max_tries = 1};

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
  ImportOutcome outcome{TextAt(item, "outcome"), TextAt(item, "reason")};
  const Json errors = item.Get("errors");
  std::string fields;
  for (std::size_t i = 0; i < errors.Size(); ++i) {
    if (!fields.empty()) fields += "; ";
    fields += FieldOf(TextAt(errors.At(i), "pointer")) + ": " + TextAt(errors.At(i), "message");
  }
  if (!fields.empty()) outcome.reason = std::move(fields);
  return outcome;
}

}  // namespace

Result<Id> ImportClient::CheckLegacy(const Id& id) const {
  const auto answer = sender_.Send(api_.Ask("GET", std::string(kLegacies) + "/" + id), kOpening);
  if (const Status good = RequireSuccess(answer); !good) return ErrorOf(good);
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
        sender_.Send(api_.Ask("GET", std::string(kLegacies) + "?limit=100" + query), kOpening);
    if (const Status good = RequireSuccess(answer); !good) return ErrorOf(good);
    const Result<Json> json = ReadAnswer(*answer);
    if (!json) return ErrorOf(json);
    const Json items = json->Get("items");
    if (!items.IsArray()) return tl::unexpected<Error>(NoHeirloom());
    for (std::size_t i = 0; i < items.Size(); ++i) {
      const Json item = items.At(i);
      if (FoldKey(TextAt(item, "title")) == wanted) found.push_back(TextAt(item, "id"));
    }
    cursor = TextAt(*json, "next_cursor");
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
  const HttpRequest found = api_.Ask("POST", kLegacies, body.Take());
  for (int next_try = 2;; ++next_try) {
    const Result<std::optional<Id>> known = FindLegacy(title);
    if (!known) return ErrorOf(known);
    if (*known) return **known;
    const auto answer = sender_.Send(found, kOnce);
    if (next_try <= kUnderWay.max_tries && MayPass(answer) &&
        sender_.PauseBefore(next_try, answer, kUnderWay)) {
      continue;
    }
    if (const Status good = RequireSuccess(answer); !good) return ErrorOf(good);
    const Result<Json> json = ReadAnswer(*answer);
    if (!json) return ErrorOf(json);
    const Id id = TextAt(*json, "id");
    if (!IsId(id)) return tl::unexpected<Error>(NoHeirloom());
    return id;
  }
}

Result<std::vector<ImportOutcome>> ImportClient::SendBatch(const Id& legacy, std::string body,
                                                           std::size_t count) const {
  const std::string path = std::string(kLegacies) + "/" + legacy + "/imports/stories";
  HttpRequest request = api_.Ask("POST", path, std::move(body));
  request.timeout = milliseconds(120'000);  // A batch of large stories on a small machine.
  const auto answer = sender_.Send(request, kUnderWay);
  if (const Status good = RequireSuccess(answer); !good) return ErrorOf(good);
  const Result<Json> json = ReadAnswer(*answer);
  if (!json) return ErrorOf(json);
  const Json items = json->Get("items");
  if (!items.IsArray() || items.Size() != count) return tl::unexpected<Error>(NoHeirloom());
  std::vector<ImportOutcome> outcomes;
  for (std::size_t i = 0; i < count; ++i) outcomes.push_back(ReadOutcome(items.At(i)));
  return outcomes;
}

}  // namespace heirloom::cli
