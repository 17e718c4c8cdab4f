#include "appliance/stories/story_columns.h"

#include "appliance/base/json.h"

namespace heirloom {

StoryRow StoryFrom(const Row& row, std::string_view user) {
  StoryRow out;
  Story& story = out.story;
  story.id = row.String(0);
  story.legacy_id = row.String(1);
  story.created_by = row.String(2);
  story.content.title = row.String(3);
  story.content.status = ParseStoryStatus(row.Text(4)).value_or(StoryStatus::kDraft);
  story.content.tags = TagsFromJson(row.Text(5));
  story.content.language = row.String(6);
  story.content.happened_at = DateAt(row, 7);
  story.content.place = row.OptionalText(8);
  story.content.author = row.String(9);
  story.revision = row.Integer(10);
  story.version = row.Integer(11);
  story.created_at = row.TimeAt(12);
  story.updated_at = row.TimeAt(13);
  out.resource.visibility = ParseVisibility(row.Text(14)).value_or(Visibility::kPrivate);
  if (!row.IsNull(15)) out.resource.role = static_cast<Role>(row.Integer(15));
  story.created_by_name = row.String(16);
  story.content.document = row.String(17);
  story.content.text = row.String(18);
  out.resource.story_status = story.content.status;
  out.resource.own_story = story.created_by == user;
  return out;
}

std::string TagsToJson(const std::vector<std::string>& tags) {
  JsonWriter json;
  json.BeginArray();
  for (const std::string& tag : tags) json.String(tag);
  json.EndArray();
  return json.Take();
}

std::vector<std::string> TagsFromJson(std::string_view text) {
  std::vector<std::string> tags;
  if (text == "[]") return tags;
  const auto json = Json::Parse(text);
  if (!json) return tags;
  for (std::size_t i = 0; i < json->Size(); ++i) tags.emplace_back(json->At(i).AsString());
  return tags;
}

std::optional<Edtf> DateAt(const Row& row, int column) {
  if (row.IsNull(column)) return std::nullopt;
  auto date = ParseEdtf(row.Text(column));
  if (!date) return std::nullopt;
  return std::move(*date);
}

}  // namespace heirloom
