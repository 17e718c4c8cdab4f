#include <catch2/catch.hpp>
#include <string>

#include "appliance/base/text.h"
#include "tests/content/document_support.h"
#include "tests/support/mutate.h"
#include "tests/support/seeded_random.h"

namespace heirloom {
namespace {

std::string Written(const Document& document) {
  const Result<std::string> markdown = MarkdownFromDocument(document.json);
  REQUIRE(markdown);
  return *markdown;
}

Document FromTipTap(std::string_view json) {
  const Result<Document> document = CheckDocument(Parsed(json), "");
  if (!document) FAIL(document.error().message);
  return *document;
}

// A paragraph of one text without marks.
Document Plain(std::string_view text) {
  return FromTipTap(
      R"({"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":)" +
      Quote(text) + "}]}]}");
}

void CheckStays(const std::string& markdown) {
  const Document document = FromMarkdown(markdown);
  const std::string written = Written(document);
  INFO(written);
  CHECK(FromMarkdown(written).json == document.json);
}

}  // namespace

TEST_CASE("Markdown that a person would write is written alike", "[content][markdown]") {
  const std::string markdown =
      "# The lamps\n\nOne *word*, **two words** and `code`.\n\n- tea\n- coffee\n  - black\n\n"
      "1. first\n2. second\n\n> quoted\n>\n> twice\n\n```sh\nls -l\n```\n\n***\n\n"
      "[a link](https://example.org \"title\") and <https://bare.example>\\\nnext line\n";
  CHECK(Written(FromMarkdown(markdown)) == markdown);
}

TEST_CASE("styles that meet, nest and hold code stay as they are", "[content][markdown]") {
  for (const char* markdown : {
           "***a** b*",
           "**a *b***",
           "**bold**_italic_",
           "foo*bar*baz",
           "**a** **b**",
           "*a*\\\n*b*",
           "**a\\\nb**",
           "**say `code` here**",
           "~~gone *and **with** it*~~",
           "**[link](/stories/x) and more**",
           "[*a* b](https://a.example/x_y_z)",
           "*« mot »*",
           "x **(a)** y",
           "[a](https://a.example)[b](https://b.example)",
           "<ada@example.org>",
           "![picture](https://a.example/p.png)",
           "`` a`b ``",
           "`` ` ``",
       }) {
    INFO(markdown);
    CheckStays(markdown);
  }
}

TEST_CASE("lists keep their shape", "[content][markdown]") {
  for (const char* markdown : {
           "- a\n\n+ b",
           "1. a\n\n1) b",
           "7. seven\n8. eight",
           "- a\n\n  b\n- c",
           "- a\n\n  3. c",
           "- ```\n  code\n  ```\n- x",
           "-\n- b",
           "- - deep\n    - deeper",
           "- > quote\n- ***",
           "> - a\n>   - b\n>\n> c",
           "1. a\n   - b\n     1. c",
           "999999999. last\n999999999. one",
       }) {
    INFO(markdown);
    CheckStays(markdown);
  }
}

TEST_CASE("text that looks like Markdown stays text", "[content][markdown]") {
  for (const char* text : {
           "# not a heading",
           "1968. It was spring.",
           "12) twelve",
           "- no item",
           "+",
           "---",
           "> no quote",
           "*not* _em_ **bold** ~~gone~~ `code`",
           "snake_case_name and _edge_",
           "[no](link) ![no](image) [ref]: x",
           "<b>bold</b> <!-- c --> a < b <3",
           "&amp; &#35; AT&T &",
           "back\\slash \\* \\",
           "www.example.org http://example.org ftp://x.org",
           "  leading and trailing  ",
           "\ttab",
           "line\nend",
           "~",
           "~1950~",
           "= equals",
           "```",
           "~~~",
           "|a|b|",
           "Setext\n===",
           "\xEF\xBB\xBFmark",
           "a!",
       }) {
    INFO(text);
    const Document document = Plain(text);
    const std::string written = Written(document);
    INFO(written);
    CHECK(FromMarkdown(written).json == document.json);
  }
}

TEST_CASE("what Markdown cannot say is left away, never a word", "[content][markdown]") {
  const Document document = FromTipTap(
      R"({"type":"doc","content":[{"type":"paragraph"},{"type":"paragraph","content":[
        {"type":"text","text":"under","marks":[{"type":"underline"}]},
        {"type":"text","text":" bold ","marks":[{"type":"bold"}]},
        {"type":"text","text":"end"},{"type":"hardBreak"}]},
        {"type":"heading","attrs":{"level":3},"content":[{"type":"text","text":"three #"},
        {"type":"hardBreak"},{"type":"text","text":"lines#"}]}]})");
  CHECK(Written(document) == "under **bold** end\n\n### three # lines\\#\n");
}

TEST_CASE("any Markdown, written and read again, keeps its words", "[content][markdown]") {
  constexpr std::string_view kSeed =
      "# Lamps &amp; *rings*\n\n1. one\n   > - two [three](/four \"five\")\n\n     **six "
      "`seven`**  \neight <b>nine</b> ~~ten~~ ***eleven** twelve*\n\n```c\nx\n```\n***\n"
      "- a\n\n\n* b\n+ _c_d_ __e__\n";
  testing::SeededRandom random;
  int same = 0;
  int rounds = 0;
  while (rounds < 1500) {
    const std::string markdown = testing::Mutate(kSeed, random, 12);
    const Result<Document> document = DocumentFromMarkdown(markdown);
    if (!document) continue;
    ++rounds;
    const std::string written = Written(*document);
    const Document again = FromMarkdown(written);
    INFO(Quote(markdown) << "\n" << Quote(written));
    CHECK(CollapseSpace(again.text) == CollapseSpace(document->text));
    same += again.json == document->json ? 1 : 0;
  }
  CHECK(same > rounds * 97 / 100);
}

TEST_CASE("a damaged document is said to be damaged", "[content][markdown]") {
  for (const char* damaged : {"", "{", "[]", R"({"type":"doc"})"}) {
    CHECK(MarkdownFromDocument(damaged).error().code == ErrorCode::kInternal);
    CHECK(HtmlFromDocument(damaged).error().code == ErrorCode::kInternal);
  }
}

}  // namespace heirloom
