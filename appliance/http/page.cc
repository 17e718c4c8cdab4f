#include "appliance/base/encoding.h"
#include "appliance/base/text.h"
#include "appliance/http/message.h"

namespace heirloom::http {
namespace {

constexpr std::size_t kMaxCursor = 2000;
constexpr std::int64_t kMaxPage = 100;

// nullopt for anything that MakeCursor cannot have made.
std::optional<std::vector<std::string>> ReadCursor(std::string_view text, std::size_t parts) {
  const std::optional<std::string> json = FromBase64Url(text);
  if (!json) return std::nullopt;
  const Result<Json> parsed = Json::Parse(*json, {.max_bytes = kMaxCursor, .max_depth = 2});
  if (!parsed || !parsed->IsArray() || parsed->Size() != parts) return std::nullopt;
  std::vector<std::string> after;
  for (std::size_t i = 0; i < parts; ++i) {
    const Json part = parsed->At(i);
    if (!part.IsString() || !IsStorableText(part.AsString())) return std::nullopt;
    after.emplace_back(part.AsString());
  }
  return after;
}

}  // namespace

PageRequest ReadPage(QueryReader& query, std::size_t cursor_parts) {
  PageRequest page;
  page.limit = query.Integer("limit", 1, kMaxPage, page.limit);
  const std::optional<std::string> cursor = query.Text("cursor", kMaxCursor);
  if (!cursor) return page;
  std::optional<std::vector<std::string>> after = ReadCursor(*cursor, cursor_parts);
  if (!after) {
    query.Add("cursor", "must be the next_cursor of the page before");
    return page;
  }
  page.after = std::move(*after);
  return page;
}

std::string MakeCursor(const std::vector<std::string>& parts) {
  JsonWriter json;
  json.BeginArray();
  for (const std::string& part : parts) json.String(part);
  json.EndArray();
  return ToBase64Url(json.View());
}

}  // namespace heirloom::http
