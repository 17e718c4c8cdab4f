#include "appliance/cli/markdown_source.h"

#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>

#include "appliance/base/text.h"
#include "appliance/cli/front_matter.h"

namespace heirloom::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxFolderDepth = 64;

// A file that is to be read, or a folder that could not be.
struct Entry {
  std::string name;  // Relative, with '/'.
  fs::path path;
  std::string problem;
};

bool IsMarkdown(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return extension == ".md" || extension == ".markdown";
}

// Adds what lies in `folder`, in any order. Links to folders are not followed: they may lead in a
// circle.
std::error_code Collect(const fs::path& folder, const std::string& prefix, int depth,
                        std::vector<Entry>& entries) {
  std::error_code error;
  fs::directory_iterator next(folder, error);
  for (; !error && next != fs::directory_iterator(); next.increment(error)) {
    const fs::path& path = next->path();
    const std::string name = path.filename().string();
    if (name.starts_with('.')) continue;
    std::error_code ignored;
    if (next->is_directory(ignored) && !next->is_symlink(ignored)) {
      std::error_code inner = std::make_error_code(std::errc::too_many_symbolic_link_levels);
      if (depth < kMaxFolderDepth) inner = Collect(path, prefix + name + "/", depth + 1, entries);
      if (inner) entries.push_back({prefix + name, path, "the folder cannot be read to its end"});
    } else if (IsMarkdown(path) && next->is_regular_file(ignored)) {
      entries.push_back({prefix + name, path, ""});
    }
  }
  return error;
}

// CRLF becomes LF; a byte order mark goes.
std::string Normalise(std::string text) {
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    text[kept++] = text[i];
  }
  text.resize(kept);
  return text;
}

struct Heading {
  std::string text;
  std::string_view before;  // What stands above it.
  std::string_view after;
};

// The text of an ATX heading (CommonMark 4.2), or nullopt.
std::optional<std::string> HeadingOf(std::string_view line) {
  const std::size_t indent = line.find_first_not_of(' ');
  if (indent == std::string_view::npos || indent > 3) return std::nullopt;
  line.remove_prefix(indent);
  const std::size_t level = std::min(line.find_first_not_of('#'), line.size());
  if (level < 1 || level > 6) return std::nullopt;
  line.remove_prefix(level);
  if (!line.empty() && line.front() != ' ' && line.front() != '\t') return std::nullopt;
  std::string text = CollapseSpace(line);
  const std::size_t last = text.find_last_not_of('#');
  if (last == std::string::npos) return std::nullopt;
  // Closing marks count only behind a blank: "C#" keeps its own.
  if (last + 1 < text.size() && text[last] == ' ') text.resize(last);
  return text;
}

std::optional<Heading> FirstHeading(std::string_view body) {
  std::string_view fence;  // Open code block: a "# line" inside is no heading.
  for (std::size_t begin = 0; begin < body.size();) {
    const std::size_t end = std::min(body.find('\n', begin), body.size());
    const std::string_view line = body.substr(begin, end - begin);
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    const std::string_view mark = line.substr(indent, 3);
    if (mark == "```" || mark == "~~~") {
      if (fence.empty()) {
        fence = mark;
      } else if (fence == mark) {
        fence = {};
      }
    } else if (fence.empty()) {
      if (std::optional<std::string> text = HeadingOf(line)) {
        return Heading{std::move(*text), body.substr(0, begin),
                       body.substr(std::min(end + 1, body.size()))};
      }
    }
    begin = end + 1;
  }
  return std::nullopt;
}

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

std::string NameWithoutExtension(const std::string& file) { return fs::path(file).stem().string(); }

std::optional<std::string> TextOf(const FrontMatter& front, std::string_view key) {
  const auto found = front.texts.find(key);
  if (found == front.texts.end()) return std::nullopt;
  std::string text = CollapseSpace(found->second);
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

void TakeTitle(const std::string& file, std::string_view body, SourceStory& story) {
  const std::optional<Heading> heading = FirstHeading(body);
  story.title = heading ? heading->text : NameWithoutExtension(file);
  if (heading && IsBlank(heading->before) && !IsBlank(heading->after)) {
    story.content = heading->after;
  }
}

// At most one byte more than is allowed, so that too large a file shows without being read.
std::optional<std::string> ReadUpTo(const fs::path& path, std::size_t size) {
  std::ifstream in(path, std::ios::binary);
  std::string text(size, '\0');
  in.read(text.data(), static_cast<std::streamsize>(size));
  if (!in.is_open() || in.bad()) return std::nullopt;
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

class MarkdownSource final : public StorySource {
 public:
  explicit MarkdownSource(std::vector<Entry> entries) : entries_(std::move(entries)) {}

  Result<std::optional<SourceItem>> Next() override {
    if (next_ == entries_.size()) return std::optional<SourceItem>();
    return std::optional(Read(entries_[next_++]));
  }

  std::optional<double> Fraction() const override {
    if (entries_.empty()) return 1.0;
    return static_cast<double>(next_) / static_cast<double>(entries_.size());
  }

 private:
  static SourceItem Read(const Entry& entry) {
    SourceItem item;
    item.where.file = entry.name;
    item.problem = entry.problem;
    if (!item.problem.empty()) return item;
    std::error_code error;
    const std::uintmax_t size = fs::file_size(entry.path, error);
    if (!error && size > kMaxItemBytes) {
      item.problem = "the file is longer than " + std::to_string(kMaxItemBytes >> 20) + " MiB";
      return item;
    }
    std::optional<std::string> text =
        error ? std::nullopt : ReadUpTo(entry.path, static_cast<std::size_t>(size));
    if (!text) {
      item.problem = "the file cannot be read";
      return item;
    }
    return ReadMarkdownStory(entry.name, std::move(*text));
  }

  const std::vector<Entry> entries_;
  std::size_t next_ = 0;
};

}  // namespace

SourceItem ReadMarkdownStory(const std::string& file, std::string text) {
  SourceItem item;
  item.where.file = file;
  if (!IsStorableText(file)) {
    item.problem = "the file's name is not UTF-8";
    return item;
  }
  if (!IsStorableText(text)) {
    const bool nul = text.find('\0') != std::string::npos;
    item.problem = nul ? "the file holds a NUL byte" : "the file is not UTF-8";
    return item;
  }
  text = Normalise(std::move(text));
  const Result<SplitMarkdown> parts = SplitFrontMatter(text);
  const Result<FrontMatter> front =
      parts ? ParseFrontMatter(parts->front) : Result<FrontMatter>(ErrorOf(parts));
  if (!front) {
    item.problem = front.error().message;
    return item;
  }
  SourceStory& story = item.story;
  story.id = TextOf(*front, "id").value_or(ToNfc(file));
  story.is_markdown = true;
  story.content = parts->body;
  if (const std::optional<std::string> title = TextOf(*front, "title")) {
    story.title = *title;
  } else {
    TakeTitle(file, parts->body, story);
  }
  story.author = TextOf(*front, "author");
  story.date = TextOf(*front, "date");
  story.language = TextOf(*front, "language");
  story.place = TextOf(*front, "place");
  story.status = TextOf(*front, "status");
  story.tags = front->tags;
  if (CountCharacters(story.content) > kMaxContentCharacters) {
    item.problem =
        "the text must have at most " + std::to_string(kMaxContentCharacters) + " characters";
  }
  return item;
}

Result<std::unique_ptr<StorySource>> ReadMarkdownFolder(const fs::path& folder) {
  std::vector<Entry> entries;
  if (const std::error_code error = Collect(folder, "", 0, entries)) {
    return Fail(ErrorCode::kNotFound, "the folder cannot be read: " + error.message());
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return std::make_unique<MarkdownSource>(std::move(entries));
}

std::unique_ptr<StorySource> ReadMarkdownFile(const fs::path& file) {
  std::vector<Entry> entries;
  entries.push_back({file.filename().string(), file, ""});
  return std::make_unique<MarkdownSource>(std::move(entries));
}

}  // namespace heirloom::cli
