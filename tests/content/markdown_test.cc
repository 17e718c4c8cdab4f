#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

#include "tests/content/document_support.h"

namespace heirloom {
namespace {

// The content of the document, or of its only paragraph.
std::string Blocks(std::string_view markdown) {
  std::string json = FromMarkdown(markdown).json;
  constexpr std::string_view kStart = R"({"content":[)";
  constexpr std::string_view kEnd = R"(],"type":"doc"})";
  return json.substr(kStart.size(), json.size() - kStart.size() - kEnd.size());
}

std::string Inlines(std::string_view markdown) {
  const std::string block = Blocks(markdown);
  constexpr std::string_view kStart = R"({"content":[)";
  constexpr std::string_view kEnd = R"(],"type":"paragraph"})";
  REQUIRE(block.size() >= kStart.size() + kEnd.size());
  REQUIRE(block.ends_with(kEnd));
  return block.substr(kStart.size(), block.size() - kStart.size() - kEnd.size());
}

std::string Plain(std::string_view text) {
  return R"({"text":)" + Quote(text) + R"(,"type":"text"})";
}

std::string Marked(std::string_view text, std::string_view marks) {
  return R"({"marks":[)" + std::string(marks) + R"(],"text":)" + Quote(text) + R"(,"type":"text"})";
}

std::string Link(std::string_view href) {
  return R"({"attrs":{"href":)" + Quote(href) + R"(},"type":"link"})";
}

std::string Paragraph(std::string_view inlines) {
  return R"({"content":[)" + std::string(inlines) + R"(],"type":"paragraph"})";
}

std::string Repeat(std::string_view unit, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += unit;
  return out;
}

ErrorCode RefusalOf(std::string_view markdown) {
  const Result<Document> document = DocumentFromMarkdown(markdown);
  REQUIRE_FALSE(document);
  return document.error().code;
}

}  // namespace

TEST_CASE("Markdown's styles become marks", "[content][markdown]") {
  CHECK(Inlines("a *b* **c** ~~d~~ `e` ***f***") ==
        Plain("a ") + "," + Marked("b", R"({"type":"italic"})") + "," + Plain(" ") + "," +
            Marked("c", R"({"type":"bold"})") + "," + Plain(" ") + "," +
            Marked("d", R"({"type":"strike"})") + "," + Plain(" ") + "," +
            Marked("e", R"({"type":"code"})") + "," + Plain(" ") + "," +
            Marked("f", R"({"type":"bold"},{"type":"italic"})"));
}

TEST_CASE("a single tilde means about", "[content][markdown]") {
  CHECK(Inlines("~1950 to ~1960, 1957~ or 1958~") == Plain("~1950 to ~1960, 1957~ or 1958~"));
}

TEST_CASE("code stands alone, but a link outlives it", "[content][markdown]") {
  CHECK(Inlines("**`a`** [`b`](/c)") ==
        Marked("a", R"({"type":"code"})") + "," + Plain(" ") + "," + Marked("b", Link("/c")));
}

TEST_CASE("line ends become blanks and two blanks at the end a break", "[content][markdown]") {
  CHECK(Inlines("a\nb  \nc\\\nd") == Plain("a b") + R"(,{"type":"hardBreak"},)" + Plain("c") +
                                         R"(,{"type":"hardBreak"},)" + Plain("d"));
}

TEST_CASE("Markdown's blocks become blocks", "[content][markdown]") {
  CHECK(Blocks("# a\n\n###### b\n\n> c\n\n3. d\n\n---\n\n```cpp x\ne\n\nf\n```\n\n- g") ==
        R"({"attrs":{"level":1},"content":[)" + Plain("a") + R"(],"type":"heading"},)" +
            R"({"attrs":{"level":3},"content":[)" + Plain("b") + R"(],"type":"heading"},)" +
            R"({"content":[)" + Paragraph(Plain("c")) + R"(],"type":"blockquote"},)" +
            R"({"attrs":{"start":3},"content":[{"content":[)" + Paragraph(Plain("d")) +
            R"(],"type":"listItem"}],"type":"orderedList"},{"type":"horizontalRule"},)" +
            R"({"attrs":{"language":"cpp"},"content":[)" + Plain("e\n\nf") +
            R"(],"type":"codeBlock"},{"content":[{"content":[)" + Paragraph(Plain("g")) +
            R"(],"type":"listItem"}],"type":"bulletList"})");
}

TEST_CASE("every item starts with a paragraph and no container is empty", "[content][markdown]") {
  const std::string empty = R"({"type":"paragraph"})";
  const std::string list = R"({"content":[{"content":[)";
  const std::string end = R"(],"type":"listItem"}],"type":"bulletList"})";
  CHECK(Blocks("- # a") == list + Paragraph(Plain("a")) + end);
  CHECK(Blocks("-") == list + empty + end);
  CHECK(Blocks("- - a") == list + empty + "," + list + Paragraph(Plain("a")) + end + end);
  CHECK(Blocks(">") == R"({"content":[)" + empty + R"(],"type":"blockquote"})");
  CHECK(Blocks("") == empty);
  CHECK(Blocks("[a]: /b") == empty);
}

TEST_CASE("raw HTML stays visible text", "[content][markdown]") {
  CHECK(Inlines("a <b onclick='x'>c</b> <!-- d -->") == Plain("a <b onclick='x'>c</b> <!-- d -->"));
  CHECK(Blocks("<script>\nalert(1)\n</script>\n\nb") ==
        Paragraph(Plain("<script>") + R"(,{"type":"hardBreak"},)" + Plain("alert(1)") +
                  R"(,{"type":"hardBreak"},)" + Plain("</script>")) +
            "," + Paragraph(Plain("b")));
}

TEST_CASE("links keep target and title", "[content][markdown]") {
  CHECK(Inlines("[a](https://b.org/c 'd')") ==
        Marked("a", R"({"attrs":{"href":"https://b.org/c","title":"d"},"type":"link"})"));
  CHECK(Inlines("[**a** b][c]\n\n[c]: /d") ==
        Marked("a", Link("/d") + R"(,{"type":"bold"})") + "," + Marked(" b", Link("/d")));
}

TEST_CASE("bare addresses become links", "[content][markdown]") {
  CHECK(Inlines("see https://a.org/b, www.c.org or <d@e.org>.") ==
        Plain("see ") + "," + Marked("https://a.org/b", Link("https://a.org/b")) + "," +
            Plain(", ") + "," + Marked("www.c.org", Link("http://www.c.org")) + "," +
            Plain(" or ") + "," + Marked("d@e.org", Link("mailto:d@e.org")) + "," + Plain("."));
}

TEST_CASE("an unsafe target loses the link and keeps the text", "[content][markdown]") {
  for (const char* markdown :
       {"[a](javascript:b)", "[a](//b.org)", "[a](data:b)", "[a](b.md)", "![a](photo.jpg)",
        "[a](&#106;avascript:b)", "[a](<https://b.org/c d>)", "[a]\n\n[a]: JAVASCRIPT:b"}) {
    INFO(markdown);
    CHECK(Inlines(markdown) == Plain("a"));
  }
}

TEST_CASE("an image becomes a link with its text", "[content][markdown]") {
  CHECK(Inlines("![a *b*](https://c.org/d.jpg)") ==
        Marked("a ", Link("https://c.org/d.jpg")) + "," +
            Marked("b", Link("https://c.org/d.jpg") + R"(,{"type":"italic"})"));
  CHECK(Inlines("[![a](/b.jpg)](/c)") == Marked("a", Link("/c")));
  CHECK(Inlines("![a [b](/c) d](/e)") == Marked("a b d", Link("/e")));
  CHECK(Inlines("![a [b](/c) d](e.jpg)") ==
        Plain("a ") + "," + Marked("b", Link("/c")) + "," + Plain(" d"));
}

TEST_CASE("a link without text is named by its title or address", "[content][markdown]") {
  CHECK(Inlines("![](/a.jpg 'b')") ==
        Marked("b", R"({"attrs":{"href":"/a.jpg","title":"b"},"type":"link"})"));
  CHECK(Inlines("![](photo.jpg)") == Plain("photo.jpg"));
  CHECK(Inlines("a ![](data:image/png;base64," + Repeat("A", 5000) + ")b") == Plain("a b"));
}

TEST_CASE("what is no part of our Markdown stays as written", "[content][markdown]") {
  CHECK(Inlines("| a | b |\n|---|---|\n| c | d |") == Plain("| a | b | |---|---| | c | d |"));
  CHECK(Inlines("a[^1] and ==b==") == Plain("a[^1] and ==b=="));
  CHECK(FromMarkdown("- [x] done").text == "[x] done");
}

TEST_CASE("U+0000 is refused raw and replaced as a reference", "[content][markdown]") {
  CHECK(RefusalOf(std::string_view("a\0b", 3)) == ErrorCode::kInvalidArgument);
  CHECK(RefusalOf("a\xC3(") == ErrorCode::kInvalidArgument);
  CHECK(Inlines("a&#0;b&#xD800;") == Plain("a\xEF\xBF\xBD"
                                           "b\xEF\xBF\xBD"));
}

TEST_CASE("nesting past the limit goes flat and keeps its text", "[content][markdown]") {
  for (const char* unit : {"> ", "- ", "1. ", "> - ", "- > "}) {
    INFO(unit);
    CHECK(FromMarkdown(Repeat(unit, 2000) + "deep").text == "deep");
  }
  const std::string text = FromMarkdown(Repeat("*a **b ", 3000) + Repeat("** c*", 3000)).text;
  for (const char letter : {'a', 'b', 'c'}) CHECK(std::ranges::count(text, letter) == 3000);
}

TEST_CASE("Markdown past a limit is too large", "[content][markdown]") {
  CHECK(RefusalOf(std::string(1'000'001, 'a')) == ErrorCode::kTooLarge);
  CHECK(FromMarkdown(Repeat("\xD0\xB6", 1'000'000)).text.size() == 2'000'000);
  CHECK(RefusalOf(Repeat("a\n\n", 10'000)) == ErrorCode::kTooLarge);
  CHECK(FromMarkdown(Repeat("a\n\n", 9'999)).text.size() == 9'999 + 2 * 9'998);
}

TEST_CASE("texts made to cost time or memory are taken as plain text", "[content][markdown]") {
  const std::string images = Repeat("![[]()", 150'000);
  CHECK(FromMarkdown(images).text == images);
  // Half a megabyte of address, wanted two hundred times.
  const std::string address = "[x]: /" + std::string(500'000, 'u');
  CHECK(FromMarkdown(address + "\n\n" + Repeat("[x] ", 200)).text.starts_with(address));
  const std::string mails = Repeat("a@a.", 250'000);
  CHECK(FromMarkdown(mails).text == mails);
}

TEST_CASE("threads that read Markdown do not disturb each other", "[content][markdown]") {
  const std::string markdown = "~~a~~ **b** https://c.org " + Repeat("\n\n~~d~~ *e* www.f.org", 50);
  const std::string expected = FromMarkdown(markdown).json;
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int round = 0; round < 200; ++round) {
          const Result<Document> document = DocumentFromMarkdown(markdown);
          if (!document || document->json != expected) ++wrong;
        }
      });
    }
  }
  CHECK(wrong == 0);
}

}  // namespace heirloom
