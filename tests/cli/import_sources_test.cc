#include <catch2/catch.hpp>
#include <filesystem>
#include <sstream>

#include "appliance/cli/front_matter.h"
#include "appliance/cli/json_lines_source.h"
#include "appliance/cli/line_reader.h"
#include "appliance/cli/markdown_source.h"
#include "tests/support/temp_folder.h"

namespace heirloom::cli {
namespace {

using heirloom::testing::TempFolder;
using heirloom::testing::WriteFile;

std::vector<SourceItem> All(StorySource& source) {
  std::vector<SourceItem> items;
  while (true) {
    auto item = source.Next().value();
    if (!item) return items;
    items.push_back(std::move(*item));
  }
}

std::vector<SourceItem> Lines(const std::string& text) {
  std::istringstream in(text);
  return All(*ReadJsonLines(in));
}

SourceItem OneLine(const std::string& line) {
  const std::vector<SourceItem> items = Lines(line);
  REQUIRE(items.size() == 1);
  return items.front();
}

SourceItem Markdown(const std::string& text) { return ReadMarkdownStory("dir/file.md", text); }

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("lines end with LF or CRLF, the last one with nothing, and a byte order mark goes") {
  std::istringstream in("\xef\xbb\xbfone\r\ntwo\n\nthree\rwith\nlast");
  LineReader reader(in, 100);
  std::vector<std::string> lines;
  while (const auto line = reader.Next()) lines.push_back(line->text);
  CHECK(lines == std::vector<std::string>{"one", "two", "", "three\rwith", "last"});
  CHECK_FALSE(reader.failed());
}

TEST_CASE("a line over the limit is read past, and its number still counts") {
  const std::string just(100'000, 'x');
  std::istringstream in(just + "\r\n" + just + "y\n" + just + just + "\nend");
  LineReader reader(in, just.size());
  const auto first = reader.Next();
  CHECK(first->text == just);
  CHECK_FALSE(first->too_long);
  for (std::size_t number = 2; number <= 3; ++number) {
    const auto longer = reader.Next();
    CHECK(longer->number == number);
    CHECK(longer->too_long);
    CHECK(longer->text.empty());
  }
  CHECK(reader.Next()->text == "end");
  CHECK_FALSE(reader.Next());
}

TEST_CASE("a line of JSON becomes a story, what is null is absent, other members are passed over") {
  const SourceItem item = OneLine(
      R"({"id":"a","title":" The  Title ","body":"One.\n\nTwo.","author":"Ada","date":"1931~",)"
      R"("tags":["x","y"],"language":"en","kind":{"deep":[1]},"words":3})");
  CHECK(item.problem.empty());
  CHECK(item.where.line == 1);
  CHECK(item.story.id == "a");
  CHECK(item.story.title == "The Title");
  CHECK(item.story.content == "One.\n\nTwo.");
  CHECK_FALSE(item.story.is_markdown);
  CHECK(item.story.author == "Ada");
  CHECK(item.story.date == "1931~");
  CHECK(item.story.tags == std::vector<std::string>{"x", "y"});
  CHECK(item.story.language == "en");
  const SourceItem bare = OneLine(
      R"({"id":7,"title":"t","body":"b","author":null,"date":"","tags":null,"language":null})");
  CHECK(bare.problem.empty());
  CHECK(bare.story.id == "7");
  CHECK_FALSE(bare.story.author);
  CHECK_FALSE(bare.story.date);
  CHECK_FALSE(bare.story.language);
  CHECK(bare.story.tags.empty());
}

TEST_CASE("`markdown` may stand in for `body`") {
  const SourceItem item = OneLine(R"({"id":"a","title":"t","markdown":"*m*","body":"plain"})");
  CHECK(item.story.is_markdown);
  CHECK(item.story.content == "*m*");
  CHECK_FALSE(OneLine(R"({"id":"a","title":"t","markdown":null,"body":"b"})").story.is_markdown);
}

TEST_CASE("a line that cannot be used says why, and the next one counts") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"id":"a","title":"t","body":"b")", "not JSON"},
      {"not json", "not JSON"},
      {"[1,2]", "must be an object"},
      {"null", "must be an object"},
      {R"({"id":"a","id":"b","title":"t","body":"b"})", "repeated"},
      {R"({"title":"t","body":"b"})", "id: is required"},
      {R"({"id":"","title":"t","body":"b"})", "id: must have at least 1 character"},
      {R"({"id":{},"title":"t","body":"b"})", "id: must be a string"},
      {R"({"id":"a","body":"b"})", "title: is required"},
      {R"({"id":"a","title":"t"})", "body: is required"},
      {R"({"id":"a","title":"t","body":5})", "body: must be a string"},
      {R"({"id":"a","title":"t\u0000","body":"b"})", "title: must not contain U+0000"},
      {R"({"id":"a","title":"t","body":"b","tags":"x"})", "tags: must be a list of strings"},
      {R"({"id":"a","title":"t","body":"b","tags":["x",1]})", "tags/1: must be a string"},
      {R"({"id":"a","title":"t","body":"b","date":1931})", "date: must be a string"},
      {R"({"id":"a","title":"t","body":"\ud800"})", "not JSON"},
      {"{\"id\":\"a\",\"title\":\"\xff\",\"body\":\"b\"}", "not UTF-8"},
      {"{\"id\":\"a\",\"title\":\"\xed\xa0\x80\",\"body\":\"b\"}", "not UTF-8"},
      {std::string("{\"id\":\"a\0\",\"title\":\"t\",\"body\":\"b\"}", 34), "NUL"},
      {std::string(200, '[') + std::string(200, ']'), "nested deeper"},
  };
  const std::string good = R"({"id":"good","title":"t","body":"b"})";
  for (const auto& [line, reason] : cases) {
    INFO(line);
    const std::vector<SourceItem> items = Lines("\n" + line + "\n" + good);
    REQUIRE(items.size() == 2);
    CHECK(Contains(items[0].problem, reason));
    CHECK(items[0].where.line == 2);
    CHECK(items[1].problem.empty());
    CHECK(items[1].where.line == 3);
  }
}

TEST_CASE("a line over 4 MiB is skipped, and one just below it is not for its length") {
  const std::string good = R"({"id":"good","title":"t","body":"b"})";
  const std::string huge(5u << 20, 'x');
  const std::vector<SourceItem> items = Lines(good + "\n{\"id\":\"" + huge + "\"}\n" + good);
  REQUIRE(items.size() == 3);
  CHECK(items[1].problem == "the line is longer than 4 MiB");
  CHECK(items[2].where.line == 3);
  const std::string escapes(3u << 20, 'x');
  const SourceItem large =
      OneLine(R"({"id":"a","title":"t","body":"b","padding":")" + escapes + "\"}");
  CHECK(large.problem.empty());
}

TEST_CASE("JSON Lines know how far they are when their size is known") {
  const std::string text = R"({"id":"a","title":"t","body":"b"})";
  const auto sized = ReadJsonLines(std::make_unique<std::istringstream>(text), text.size());
  CHECK(sized->Fraction() == 0.0);
  CHECK(All(*sized).size() == 1);
  CHECK(sized->Fraction() == 1.0);
  std::istringstream in(text);
  CHECK_FALSE(ReadJsonLines(in)->Fraction());
}

TEST_CASE("front matter fills the story's fields") {
  const SourceItem item = Markdown(
      "---\nid: x1\ntitle: \"A: title\"\nauthor: Ada\ndate: \"1931~\"\nlanguage: en\n"
      "place: Bergen, Norway\nstatus: draft\ntags: [one, 'two three']\nweather: [cold, {a: b}]\n"
      "---\n# Heading\n\nText.\n");
  CHECK(item.problem.empty());
  CHECK(item.where.file == "dir/file.md");
  CHECK(item.story.id == "x1");
  CHECK(item.story.title == "A: title");
  CHECK(item.story.author == "Ada");
  CHECK(item.story.date == "1931~");
  CHECK(item.story.language == "en");
  CHECK(item.story.place == "Bergen, Norway");
  CHECK(item.story.status == "draft");
  CHECK(item.story.tags == std::vector<std::string>{"one", "two three"});
  CHECK(item.story.is_markdown);
  CHECK(item.story.content == "# Heading\n\nText.\n");
}

TEST_CASE("what YAML would take for a time, a number or a truth stays the text that was written") {
  for (const std::string text : {"1916-01-15", "1916-01", "1916", "2001-12-14t21:59:43.10-05:00",
                                 "no", "0x1F", "1e3", "19_16", "1932-23", "193X", "1911~"}) {
    INFO(text);
    const auto front = ParseFrontMatter("date: " + text + "\n").value();
    CHECK(front.texts.at("date") == text);
  }
  CHECK(ParseFrontMatter("language: no\n").value().texts.at("language") == "no");
}

TEST_CASE("null and empty fields count as absent") {
  const SourceItem item =
      Markdown("---\nauthor:\ndate: ~\nlanguage: null\nplace: \"\"\ntags:\n---\nText.\n");
  CHECK(item.problem.empty());
  CHECK_FALSE(item.story.author);
  CHECK_FALSE(item.story.date);
  CHECK_FALSE(item.story.language);
  CHECK_FALSE(item.story.place);
  CHECK(item.story.tags.empty());
}

TEST_CASE("front matter may be empty or hold comments alone") {
  for (const std::string front : {"", "\n", "# Nothing yet.\n"}) {
    const SourceItem item = Markdown("---\n" + front + "---\n# Title\n\nText.\n");
    CHECK(item.problem.empty());
    CHECK(item.story.title == "Title");
  }
}

TEST_CASE("tags may be a list in either form, or one text with commas") {
  const std::vector<std::string> both = {"one", "two words"};
  CHECK(ParseFrontMatter("tags: [one, two words]\n").value().tags == both);
  CHECK(ParseFrontMatter("tags:\n  - one\n  - two words\n").value().tags == both);
  CHECK(ParseFrontMatter("tags: one, two words\n").value().tags == both);
  CHECK(ParseFrontMatter("tags: []\n").value().tags.empty());
}

TEST_CASE("front matter that cannot be used says why") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"---\ntitle: t\nText without an end.\n", "no closing ---"},
      {"---", "no closing ---"},
      {"---\ntitle: [t\n---\nText.\n", "not YAML"},
      {"---\ntitle: \"t\n---\nText.\n", "not YAML"},
      {"---\n\ttitle: t\n---\nText.\n", "not YAML"},
      {"---\ntitle: a: b\n---\nText.\n", "not YAML"},
      {"---\njust words\n---\nText.\n", "not a list of names"},
      {"---\n- a\n- b\n---\nText.\n", "not a list of names"},
      {"---\ntitle: a\ntitle: b\n---\nText.\n", "title is given twice, line 3"},
      {"---\ntitle: {a: b}\n---\nText.\n", "title must be one text, line 2"},
      {"---\nid: [a]\n---\nText.\n", "id must be one text, line 2"},
      {"---\ntags: {a: b}\n---\nText.\n", "tags must be a list"},
      {"---\ntags: [[a]]\n---\nText.\n", "tags must be a list of texts"},
      {"---\n? [a]\n: b\n---\nText.\n", "name must be a text"},
      {"---\ntitle: &t x\nid: *t\n---\nText.\n", "anchors and aliases"},
      {"---\na: &a [*a]\n---\nText.\n", "anchors and aliases"},
      {"---\ntitle: *none\n---\nText.\n", ""},
      {"---\ntitle: " + std::string(70'000, 'x') + "\n---\nText.\n", "longer than 64 KiB"},
      {std::string("---\ntitle: t\n---\nnul \0.", 23), "NUL"},
      {"---\ntitle: \xff\n---\nText.\n", "not UTF-8"},
  };
  for (const auto& [text, reason] : cases) {
    INFO(text.substr(0, 100));
    const SourceItem item = Markdown(text);
    REQUIRE_FALSE(item.problem.empty());
    CHECK(Contains(item.problem, reason));
  }
}

TEST_CASE("YAML made to cost much is refused or read, and costs little") {
  std::string laughs = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c <= 'z'; ++c) {
    const std::string last(1, static_cast<char>(c - 1));
    laughs += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 8; ++i) laughs += "*" + last + ",";
    laughs += "*" + last + "]\n";
  }
  CHECK(Contains(ParseFrontMatter(laughs).error().message, "anchors and aliases"));
  // Whether these are YAML is not ours to say; they must come to an end.
  for (const std::string piece : {"[", "{", "- ", "? ", "a: ", "!", "&a ", "\"", "'", "|\n", "*a ",
                                  "{a: ", "[a, ", "%", "#\n", "--- ", ": ", "\n", "!!a "}) {
    std::string text;
    while (text.size() + piece.size() <= 60'000) text += piece;
    INFO(piece);
    const auto read = ParseFrontMatter(text);
    CHECK((read || read.error().code == ErrorCode::kMalformed));
  }
}

TEST_CASE("without front matter the name gives the id, and the first heading the title") {
  const SourceItem headed = Markdown("\xef\xbb\xbf\r\n# The *title* #\r\n\r\nText.\r\n");
  CHECK(headed.problem.empty());
  CHECK(headed.story.id == "dir/file.md");
  CHECK(headed.story.title == "The *title*");
  CHECK(headed.story.content == "\nText.\n");
  const SourceItem later = Markdown("Text.\n\n## Part one\n\nMore.\n");
  CHECK(later.story.title == "Part one");
  CHECK(later.story.content == "Text.\n\n## Part one\n\nMore.\n");
  const SourceItem code = Markdown("```\n# not this\n```\n# This\n");
  CHECK(code.story.title == "This");
  const SourceItem none = Markdown("#hashtag and text\n    # code\n");
  CHECK(none.story.title == "file");
  const SourceItem only = Markdown("# Only a title");
  CHECK(only.story.title == "Only a title");
  CHECK(only.story.content == "# Only a title");
  const SourceItem sharp = Markdown("# On C#\n\nText.");
  CHECK(sharp.story.title == "On C#");
  CHECK(Markdown("#\n\nText.").story.title == "file");
}

TEST_CASE("a text longer than the server takes is not sent at all") {
  CHECK(Markdown(std::string(1'000'000, '\x01')).problem.empty());
  CHECK(Contains(Markdown(std::string(1'000'001, '\x01')).problem, "at most 1000000 characters"));
  const std::string longer(1'000'001, 'x');
  const SourceItem item = OneLine(R"({"id":"a","title":"t","body":")" + longer + "\"}");
  CHECK(Contains(item.problem, "body: must have at most 1000000 characters"));
}

TEST_CASE("a folder is read in order of its paths, with what lies deeper, without what is hidden") {
  const TempFolder folder;
  std::filesystem::create_directories(folder / "b/inner");
  std::filesystem::create_directories(folder / ".git");
  std::filesystem::create_directories(folder / "named.md");
  WriteFile(folder / "c.md", "c");
  WriteFile(folder / "a.MARKDOWN", "a");
  WriteFile(folder / "b/inner/d.md", "d");
  WriteFile(folder / "b/e.md", "---\nid: own\n---\ne");
  WriteFile(folder / ".git/x.md", "x");
  WriteFile(folder / ".hidden.md", "x");
  WriteFile(folder / "notes.txt", "x");
  WriteFile(folder / "large.md", std::string((4u << 20) + 1, 'x'));
  std::filesystem::create_directory_symlink("..", folder / "b/round");
  const auto source = ReadMarkdownFolder(folder.Path()).value();
  CHECK(source->Fraction() == 0.0);
  std::vector<std::string> seen;
  for (const SourceItem& item : All(*source)) {
    seen.push_back(item.where.file + "=" + item.story.id + "=" + item.problem);
  }
  CHECK(seen == std::vector<std::string>{
                    "a.MARKDOWN=a.MARKDOWN=", "b/e.md=own=", "b/inner/d.md=b/inner/d.md=",
                    "c.md=c.md=", "large.md==the file is longer than 4 MiB"});
  CHECK(source->Fraction() == 1.0);
  CHECK(ReadMarkdownFolder(folder / "none").error().code == ErrorCode::kNotFound);
}

TEST_CASE("a file that goes before it is read is skipped") {
  const TempFolder folder;
  WriteFile(folder / "a.md", "a");
  WriteFile(folder / "b.md", "b");
  const auto source = ReadMarkdownFolder(folder.Path()).value();
  std::filesystem::remove(folder / "a.md");
  const std::vector<SourceItem> items = All(*source);
  REQUIRE(items.size() == 2);
  CHECK(items[0].problem == "the file cannot be read");
  CHECK(items[1].problem.empty());
}

}  // namespace
}  // namespace heirloom::cli
