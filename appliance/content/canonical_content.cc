#include "appliance/content/canonical_content.h"

#include "appliance/base/json.h"
#include "appliance/content/document.h"

namespace heirloom {
namespace {

std::optional<std::string> OptionalText(const Json& value) {
  if (!value.IsString()) return std::nullopt;
  return std::string(value.AsString());
}

std::string TextAt(const Json& object, std::string_view key) {
  return OptionalText(object.Get(key)).value_or("");
}

}  // namespace

std::string CanonicalContent(const StoryContent& content) {
  JsonWriter json;
  json.BeginObject();
  json.Member("author", content.author).Key("document").Raw(content.document);
  json.OptionalMember(
      "happened_at", content.happened_at ? std::optional(content.happened_at->text) : std::nullopt);
  json.Member("language", content.language);
  json.OptionalMember("place", content.place);
  json.Member("status", ToString(content.status)).Key("tags").BeginArray();
  for (const std::string& tag : content.tags) json.String(tag);
  json.EndArray().Member("title", content.title).EndObject();
  return json.Take();
}

Result<StoryContent> ParseCanonicalContent(std::string_view canonical) {
  const auto json = Json::Parse(canonical, {.max_bytes = 16u << 20, .max_depth = 128});
  if (!json) return Fail(ErrorCode::kInternal, "a revision is damaged: " + json.error().message);
  auto document = CheckDocument(json->Get("document"), "/document");
  const auto status = ParseStoryStatus(TextAt(*json, "status"));
  if (!document || !status || !json->Get("title").IsString() || !json->Get("tags").IsArray()) {
    return Fail(ErrorCode::kInternal, "a revision is damaged: a part is missing");
  }
  StoryContent content;
  content.title = TextAt(*json, "title");
  content.document = std::move(document->json);
  content.text = std::move(document->text);
  content.status = *status;
  for (std::size_t i = 0; i < json->Get("tags").Size(); ++i) {
    content.tags.push_back(OptionalText(json->Get("tags").At(i)).value_or(""));
  }
  content.language = TextAt(*json, "language");
  if (const auto date = OptionalText(json->Get("happened_at"))) {
    auto edtf = ParseEdtf(*date);
    if (!edtf) return Fail(ErrorCode::kInternal, "a revision is damaged: its date");
    content.happened_at = std::move(*edtf);
  }
  content.place = OptionalText(json->Get("place"));
  content.author = TextAt(*json, "author");
  return content;
}

}  // namespace heirloom
