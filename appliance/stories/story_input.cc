#include "appliance/stories/story_input.h"

#include "appliance/base/text.h"
#include "appliance/domain/field_rules.h"

namespace heirloom {
namespace {

constexpr std::size_t kMaxText = 1'000'000;

void Keep(FieldReader& fields, std::string_view key, Result<Document> made, StoryInput& input) {
  if (made) {
    input.document = std::move(*made);
  } else if (!made.error().fields.empty()) {
    fields.AddAll(made.error().fields);
  } else {
    fields.Add(key, made.error().message);
  }
}

void ReadDocument(FieldReader& fields, bool plain_text, StoryInput& input) {
  const Json content = fields.Any("content");
  const bool markdown = fields.Has("markdown");
  const bool text = plain_text && fields.Has("text");
  if ((content ? 1 : 0) + (markdown ? 1 : 0) + (text ? 1 : 0) > 1) {
    fields.Add(content ? "content" : "markdown", "give the content once: in one form only");
    return;
  }
  constexpr TextRule kLong{.max = kMaxText, .single_line = false};
  if (content) {
    Keep(fields, "content", CheckDocument(content, fields.PointerTo("content")), input);
  } else if (markdown) {
    if (const auto given = fields.Text("markdown", kLong)) {
      Keep(fields, "markdown", DocumentFromMarkdown(*given), input);
    }
  } else if (text) {
    if (const auto given = fields.Text("text", kLong)) {
      Keep(fields, "text", DocumentFromPlainText(*given), input);
    }
  }
}

}  // namespace

StoryInput ReadStoryInput(FieldReader& fields, bool plain_text) {
  StoryInput input;
  ReadDocument(fields, plain_text, input);
  if (const auto status = fields.OneOf("status", {"draft", "published", "archived"})) {
    input.status = ParseStoryStatus(*status);
  }
  input.tags = fields.Texts("tags", 32, {.min = 1, .max = 64});
  input.language = ReadLanguage(fields, "language");
  input.happened_at = ReadRemovableEdtf(fields, "happened_at");
  input.place = ReadRemovableText(fields, "place", {.max = 200});
  input.author = fields.Text("author", {.min = 1, .max = 200});
  return input;
}

StoryInput ReadStoryPatch(FieldReader& fields) {
  StoryInput input = ReadStoryInput(fields, false);
  input.title = fields.Text("title", {.min = 1, .max = 300});
  input.note = fields.Text("note", {.max = 500}).value_or("");
  return input;
}

}  // namespace heirloom
