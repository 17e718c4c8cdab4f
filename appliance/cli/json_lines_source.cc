#include "appliance/cli/json_lines_source.h"

#include <algorithm>
#include <utility>

#include "appliance/base/fields.h"
#include "appliance/base/text.h"
#include "appliance/cli/line_reader.h"

namespace heirloom::cli {
namespace {

// The server has the last word on lengths; these keep nonsense from being sent at all.
constexpr TextRule kShort{.max = 1'000};
constexpr TextRule kContent{.max = kMaxContentCharacters, .single_line = false};

std::optional<std::string> OptionalText(FieldReader& fields, std::string_view key) {
  if (fields.IsNull(key)) return std::nullopt;
  std::optional<std::string> text = fields.Text(key, kShort);
  return text && text->empty() ? std::nullopt : text;
}

std::string ReadIdentifier(FieldReader& fields) {
  const Json id = fields.Any("id");
  if (id.kind() == Json::Kind::kInteger) return std::to_string(id.AsInteger());
  return fields.RequiredText("id", {.min = 1, .max = 200});
}

void ReadContent(FieldReader& fields, SourceStory& story) {
  story.is_markdown = fields.Has("markdown") && !fields.IsNull("markdown");
  const std::string_view key = story.is_markdown ? "markdown" : "body";
  story.content = fields.RequiredText(key, kContent);
}

SourceStory ReadStory(FieldReader& fields) {
  SourceStory story;
  story.id = ReadIdentifier(fields);
  story.title = fields.RequiredText("title", {.min = 1, .max = 300});
  ReadContent(fields, story);
  story.author = OptionalText(fields, "author");
  story.date = OptionalText(fields, "date");
  story.language = OptionalText(fields, "language");
  if (!fields.IsNull("tags")) {
    story.tags = fields.Texts("tags", 100, kShort).value_or(std::vector<std::string>());
  }
  return story;
}

std::string InWords(const std::vector<FieldError>& errors) {
  std::string words;
  for (const FieldError& error : errors) {
    if (!words.empty()) words += "; ";
    // "/tags/3" is shown as "tags/3"; the whole line, which has no pointer, without any.
    if (!error.pointer.empty()) words += error.pointer.substr(1) + ": ";
    words += error.message;
  }
  return words;
}

SourceItem ReadItem(const Line& line) {
  SourceItem item;
  item.where.line = line.number;
  if (line.too_long) {
    item.problem = "the line is longer than " + std::to_string(kMaxItemBytes >> 20) + " MiB";
    return item;
  }
  if (line.text.find('\0') != std::string::npos) {
    item.problem = "the line holds a NUL byte";
    return item;
  }
  if (!IsStorableText(line.text)) {
    item.problem = "the line is not UTF-8";
    return item;
  }
  const Result<Json> json = Json::Parse(line.text, {.max_bytes = kMaxItemBytes, .max_depth = 64});
  if (!json) {
    item.problem = json.error().message;
    return item;
  }
  FieldReader fields(*json);
  item.story = ReadStory(fields);
  item.problem = InWords(fields.errors());
  return item;
}

class JsonLinesSource final : public StorySource {
 public:
  JsonLinesSource(std::unique_ptr<std::istream> owned, std::istream& in, std::uint64_t size)
      : owned_(std::move(owned)), lines_(in, kMaxItemBytes), size_(size) {}

  Result<std::optional<SourceItem>> Next() override {
    while (const std::optional<Line> line = lines_.Next()) {
      const bool blank = line->text.find_first_not_of(" \t") == std::string::npos;
      if (!blank || line->too_long) return ReadItem(*line);
    }
    if (lines_.failed()) return Fail(ErrorCode::kUnavailable, "the file cannot be read to its end");
    return std::optional<SourceItem>();
  }

  std::optional<double> Fraction() const override {
    if (size_ == 0) return std::nullopt;
    const double done = static_cast<double>(lines_.bytes_read()) / static_cast<double>(size_);
    return std::min(done, 1.0);  // It may have grown since.
  }

 private:
  const std::unique_ptr<std::istream> owned_;
  LineReader lines_;
  const std::uint64_t size_;
};

}  // namespace

std::unique_ptr<StorySource> ReadJsonLines(std::unique_ptr<std::istream> in, std::uint64_t size) {
  std::istream& stream = *in;
  return std::make_unique<JsonLinesSource>(std::move(in), stream, size);
}

std::unique_ptr<StorySource> ReadJsonLines(std::istream& in) {
  return std::make_unique<JsonLinesSource>(nullptr, in, 0);
}

}  // namespace heirloom::cli
