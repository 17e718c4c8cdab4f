#include "appliance/stories/revision_diff.h"

namespace heirloom {
namespace {

using Value = std::optional<std::string>;

Value TagsOf(const StoryContent& content) {
  if (content.tags.empty()) return std::nullopt;
  std::string joined;
  for (const std::string& tag : content.tags) joined.append(joined.empty() ? "" : ", ").append(tag);
  return joined;
}

Value DateOf(const StoryContent& content) {
  if (!content.happened_at) return std::nullopt;
  return content.happened_at->text;
}

}  // namespace

RevisionDiff DiffRevisions(const std::optional<Revision>& before, const Revision& after) {
  RevisionDiff diff;
  diff.from = before ? before->number : 0;
  diff.to = after.number;
  const StoryContent nothing;
  const StoryContent& old_content = before ? before->content : nothing;
  const StoryContent& new_content = after.content;
  const auto compare = [&](const char* field, const auto& value_of) {
    Value old_value = before ? value_of(old_content) : std::nullopt;
    Value new_value = value_of(new_content);
    if (old_value != new_value) {
      diff.fields.push_back({field, std::move(old_value), std::move(new_value)});
    }
  };
  compare("title", [](const StoryContent& content) { return Value(content.title); });
  compare("status", [](const StoryContent& content) { return Value(ToString(content.status)); });
  compare("tags", TagsOf);
  compare("language", [](const StoryContent& content) { return Value(content.language); });
  compare("happened_at", DateOf);
  compare("place", [](const StoryContent& content) { return content.place; });
  compare("author", [](const StoryContent& content) { return Value(content.author); });
  diff.text = DiffTexts(old_content.text, new_content.text);
  return diff;
}

}  // namespace heirloom
