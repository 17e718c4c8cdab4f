#include "appliance/cli/import_batch.h"

#include <utility>

#include "appliance/base/json.h"

namespace heirloom::cli {
namespace {

void WriteIfThere(JsonWriter& json, std::string_view key, const std::optional<std::string>& value) {
  if (value) json.Member(key, *value);
}

std::string ToJson(const SourceStory& story) {
  JsonWriter json;
  json.BeginObject().Member("source_id", story.id).Member("title", story.title);
  json.Member(story.is_markdown ? "markdown" : "text", story.content);
  WriteIfThere(json, "author", story.author);
  WriteIfThere(json, "happened_at", story.date);
  WriteIfThere(json, "language", story.language);
  WriteIfThere(json, "place", story.place);
  WriteIfThere(json, "status", story.status);
  json.Key("tags").BeginArray();
  for (const std::string& tag : story.tags) json.String(tag);
  json.EndArray().EndObject();
  return json.Take();
}

}  // namespace

bool ImportBatch::Add(const SourceStory& story, PendingItem item) {
  const std::string json = ToJson(story);
  const bool full = items_.size() == kMaxItems || stories_.size() + json.size() > kMaxBytes;
  if (full && !items_.empty()) return false;
  if (!items_.empty()) stories_ += ',';
  stories_ += json;
  items_.push_back(std::move(item));
  return true;
}

std::string ImportBatch::Body(const std::string& source) const {
  JsonWriter json;
  json.BeginObject().Member("source", source);
  json.Key("items").Raw("[" + stories_ + "]").EndObject();
  return json.Take();
}

void ImportBatch::Clear() {
  items_.clear();
  stories_.clear();
}

}  // namespace heirloom::cli
