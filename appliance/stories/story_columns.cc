#include "appliance/stories/story_columns.h"

#include "appliance/base/json.h"

namespace heirloom {

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

std::string IdPlaceholders(std::size_t first) {
  std::string text;
  for (std::size_t i = 0; i < kMaxIdsAtOnce; ++i) {
    text += (i == 0 ? "$" : ", $") + std::to_string(first + i);
  }
  return text;
}

std::vector<SqlValue> WithIds(std::vector<SqlValue> head, const std::vector<Id>& ids) {
  const std::size_t size = head.size() + kMaxIdsAtOnce;
  for (const Id& id : ids) {
    if (head.size() < size) head.emplace_back(std::string_view(id));
  }
  head.resize(size, std::string_view(""));
  return head;
}

}  // namespace heirloom
