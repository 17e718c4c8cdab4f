#include <catch2/catch.hpp>
#include <string>

#include "tests/content/document_support.h"

namespace heirloom {
namespace {

std::string TextOf(std::string_view text) {
  const Result<Document> document = DocumentFromPlainText(text);
  REQUIRE(document);
  CheckIsCanonical(*document);
  return document->text;
}

ErrorCode RefusalOf(std::string_view text) {
  const Result<Document> document = DocumentFromPlainText(text);
  REQUIRE_FALSE(document);
  return document.error().code;
}

}  // namespace

TEST_CASE("blank lines part paragraphs and line ends become breaks", "[content]") {
  const Result<Document> document = DocumentFromPlainText("one\r\ntwo\r\n \t\r\n\r\nthree\rfour\n");
  REQUIRE(document);
  CHECK(document->json ==
        R"({"content":[{"content":[{"text":"one","type":"text"},{"type":"hardBreak"},)"
        R"({"text":"two","type":"text"}],"type":"paragraph"},)"
        R"({"content":[{"text":"three","type":"text"},{"type":"hardBreak"},)"
        R"({"text":"four","type":"text"}],"type":"paragraph"}],"type":"doc"})");
  CHECK(document->text == "one\ntwo\n\nthree\nfour");
}

TEST_CASE("plain text stays as written", "[content]") {
  CHECK(TextOf("*not* <b>markup</b> [a](/b) # no\n  indented ") ==
        "*not* <b>markup</b> [a](/b) # no\n  indented ");
  CHECK(TextOf("\xEF\xBB\xBF\n\nafter a byte order mark") == "after a byte order mark");
}

TEST_CASE("no text is one empty paragraph", "[content]") {
  for (const char* text : {"", "\n", " \r\n\t"}) {
    CHECK(DocumentFromPlainText(text)->json ==
          R"({"content":[{"type":"paragraph"}],"type":"doc"})");
  }
}

TEST_CASE("plain text that cannot be a story is refused", "[content]") {
  CHECK(RefusalOf(std::string_view("a\0b", 3)) == ErrorCode::kInvalidArgument);
  CHECK(RefusalOf("\xFF") == ErrorCode::kInvalidArgument);
  CHECK(RefusalOf(std::string(1'000'001, 'a')) == ErrorCode::kTooLarge);
  CHECK(TextOf(std::string(1'000'000, 'a')).size() == 1'000'000);
  std::string lines;
  for (int i = 0; i < 10'000; ++i) lines += "a\n";
  CHECK(RefusalOf(lines) == ErrorCode::kTooLarge);  // A text and a break each.
  lines.resize(lines.size() - 2);
  CHECK(TextOf(lines).size() == 19'997);
}

}  // namespace heirloom
