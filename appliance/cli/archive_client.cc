#include "appliance/cli/archive_client.h"

#include <charconv>
#include <utility>

namespace heirloom::cli {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kPiece = 4u << 20;
constexpr milliseconds kMakingTimeout{600'000};  // Of a large archive on a small machine.
constexpr milliseconds kPieceTimeout{60'000};    // Of one that is made.
constexpr milliseconds kRestoreTimeout{120'000};

// "bytes 0-4194303/9000000" (RFC 9110 section 14.4); nullopt for anything else.
struct ContentRange {
  std::uint64_t first = 0;
  std::uint64_t total = 0;
};
std::optional<ContentRange> ParseContentRange(std::string_view text) {
  constexpr std::string_view kUnit = "bytes ";
  const std::size_t slash = text.find('/');
  if (!text.starts_with(kUnit) || slash == text.npos) return std::nullopt;
  ContentRange range;
  const char* first = text.data() + kUnit.size();
  const char* total = text.data() + slash + 1;
  const bool good =
      std::from_chars(first, text.data() + slash, range.first).ec == std::errc() &&
      std::from_chars(total, text.data() + text.size(), range.total).ec == std::errc();
  return good ? std::optional(range) : std::nullopt;
}

std::string HashIn(const HttpResponse& response) {
  std::string_view etag = response.GetHeader("ETag").value_or("");
  if (etag.size() < 2 || etag.front() != '"' || etag.back() != '"') return "";
  return std::string(etag.substr(1, etag.size() - 2));
}

}  // namespace

Result<std::optional<ArchiveClient::Piece>> ArchiveClient::Download(
    const std::string& path, std::uint64_t offset, const std::string& sha256) const {
  HttpRequest request = api_.Ask("GET", path);
  request.headers.push_back(
      {"Range", "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + kPiece - 1)});
  if (!sha256.empty()) request.headers.push_back({"If-Range", "\"" + sha256 + "\""});
  request.timeout = sha256.empty() ? kMakingTimeout : kPieceTimeout;
  const auto answer = sender_.Send(request, offset == 0 ? kOpening : kUnderWay);
  const bool is_another = (answer && (answer->status == 200 || answer->status == 416)) ||
                          (!answer && answer.error().code == ErrorCode::kTooLarge);
  if (is_another && !sha256.empty()) return std::optional<Piece>();
  if (const Status good = RequireSuccess(answer); !good) return ErrorOf(good);
  const auto range = ParseContentRange(answer->GetHeader("Content-Range").value_or(""));
  Piece piece{answer->body, range ? range->total : 0, HashIn(*answer)};
  if (answer->status != 206 || !range || range->first != offset || piece.sha256.empty() ||
      piece.bytes.empty()) {
    return tl::unexpected<Error>(NoHeirloom());
  }
  if (!sha256.empty() && piece.sha256 != sha256) return std::optional<Piece>();
  return std::optional<Piece>(std::move(piece));
}

Result<Id> ArchiveClient::RestoreLegacy(const archive::ArchivedLegacy& archived) const {
  const Legacy& legacy = archived.legacy;
  JsonWriter body;
  body.BeginObject().Member("origin_id", legacy.id).Member("title", legacy.title);
  body.Member("dedication", legacy.dedication).Member("language", legacy.language);
  body.Member("visibility", ToString(legacy.visibility));
  body.Member("created_at", ToRfc3339(legacy.created_at));
  body.Member("updated_at", ToRfc3339(legacy.updated_at)).Key("members").BeginArray();
  for (const archive::WrittenMember& member : archived.members) {
    body.BeginObject().Member("name", member.name).Member("role", ToString(member.role));
    body.EndObject();
  }
  body.EndArray().EndObject();
  // Twice is the same as once: it is known again by its origin.
  const auto answer =
      sender_.Send(api_.Ask("POST", "/api/v1/imports/archive/legacies", body.Take()), kOpening);
  if (const Status good = RequireSuccess(answer); !good) return ErrorOf(good);
  const Result<Json> json = ReadAnswer(*answer);
  if (!json) return ErrorOf(json);
  Id id = TextAt(*json, "legacy_id");
  if (!IsId(id)) return tl::unexpected<Error>(NoHeirloom());
  return id;
}

Result<std::vector<ImportOutcome>> ArchiveClient::RestoreStories(const Id& legacy, std::string body,
                                                                 std::size_t count) const {
  HttpRequest request =
      api_.Ask("POST", "/api/v1/legacies/" + legacy + "/imports/archive", std::move(body));
  request.timeout = kRestoreTimeout;
  const auto answer = sender_.Send(request, kUnderWay);
  if (const Status good = RequireSuccess(answer); !good) return ErrorOf(good);
  const Result<Json> json = ReadAnswer(*answer);
  if (!json) return ErrorOf(json);
  const Json items = json->Get("items");
  if (!items.IsArray() || items.Size() != count) return tl::unexpected<Error>(NoHeirloom());
  std::vector<ImportOutcome> outcomes;
  for (std::size_t i = 0; i < count; ++i) {
    outcomes.push_back({TextAt(items.At(i), "outcome"), TextAt(items.At(i), "reason")});
  }
  return outcomes;
}

}  // namespace heirloom::cli
