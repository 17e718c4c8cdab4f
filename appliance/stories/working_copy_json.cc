#include "appliance/stories/working_copy_json.h"

#include "appliance/base/fields.h"
#include "appliance/stories/story_input.h"
#include "appliance/stories/story_json.h"

namespace heirloom {
namespace {

void WriteStateMembers(JsonWriter& json, const WorkingCopyState& state) {
  json.Member("base_version", state.base_version).Member("version", state.version);
  json.Member("saved_at", ToRfc3339(state.saved_at));
}

}  // namespace

std::string WorkingCopyJson(const StoryInput& input) {
  JsonWriter json;
  json.BeginObject();
  if (input.title) json.Member("title", *input.title);
  if (input.document) json.Key("content").Raw(input.document->json);
  if (input.status) json.Member("status", ToString(*input.status));
  if (input.tags) {
    json.Key("tags").BeginArray();
    for (const std::string& tag : *input.tags) json.String(tag);
    json.EndArray();
  }
  if (input.language) json.Member("language", *input.language);
  if (input.happened_at) {
    const std::optional<Edtf>& date = *input.happened_at;
    json.OptionalMember("happened_at", date ? std::optional(date->text) : std::nullopt);
  }
  if (input.place) json.OptionalMember("place", *input.place);
  if (input.author) json.Member("author", *input.author);
  if (!input.note.empty()) json.Member("note", input.note);
  json.EndObject();
  return json.Take();
}

Result<StoryInput> ParseWorkingCopy(std::string_view text) {
  const auto json = Json::Parse(text, {.max_bytes = 16u << 20, .max_depth = 128});
  if (!json) return Fail(ErrorCode::kInternal, "a working copy is damaged");
  FieldReader fields(*json);
  StoryInput input = ReadStoryPatch(fields);
  if (const Status good = fields.Check(); !good) {
    return Fail(ErrorCode::kInternal, "a working copy is damaged: " + good.error().message);
  }
  return input;
}

void WriteWorkingCopyState(JsonWriter& json, const WorkingCopyState& state) {
  json.BeginObject();
  WriteStateMembers(json, state);
  json.EndObject();
}

void WriteWorkingCopy(JsonWriter& json, const WorkingCopy& copy) {
  json.BeginObject();
  WriteStateMembers(json, copy.state);
  json.Member("title", copy.content.title).Key("content").Raw(copy.content.document);
  WriteStoryDetails(json, copy.content);
  json.Member("author", copy.content.author);
  json.EndObject();
}

}  // namespace heirloom
