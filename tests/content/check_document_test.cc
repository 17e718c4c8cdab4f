#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "appliance/content/document.h"
#include "tests/content/document_support.h"

namespace heirloom {
namespace {

std::string Doc(const std::string& blocks) {
  return R"({"type":"doc","content":[)" + blocks + "]}";
}

std::string Paragraph(const std::string& inlines) {
  return R"({"type":"paragraph","content":[)" + inlines + "]}";
}

std::string Text(const std::string& text, const std::string& marks = "") {
  return R"({"type":"text","text":)" + Quote(text) +
         (marks.empty() ? "}" : R"(,"marks":[)" + marks + "]}");
}

Document Accepted(const std::string& json) {
  INFO(json.substr(0, 500));
  const Result<Document> document = CheckDocument(Parsed(json), "/content");
  if (!document) FAIL(document.error().message);
  CheckIsCanonical(*document);
  return *document;
}

std::vector<FieldError> Refused(const std::string& json) {
  INFO(json.substr(0, 500));
  const Result<Document> document = CheckDocument(Parsed(json), "/content");
  REQUIRE_FALSE(document);
  CHECK(document.error().code == ErrorCode::kInvalidArgument);
  REQUIRE_FALSE(document.error().fields.empty());
  return document.error().fields;
}

std::string PointerOfRefusal(const std::string& json) {
  const std::vector<FieldError> errors = Refused(json);
  CHECK(errors.size() == 1);
  return errors.front().pointer;
}

// `levels` block quotes around a paragraph with text.
std::string Nested(std::size_t levels) {
  std::string json = Paragraph(Text("deep"));
  for (std::size_t i = 0; i < levels; ++i) {
    json.insert(0, R"({"type":"blockquote","content":[)");
    json += "]}";
  }
  return Doc(json);
}

}  // namespace

TEST_CASE("what the editor writes is stored without what goes without saying", "[content]") {
  // Taken from TipTap 3.34 with its StarterKit.
  const Document document = Accepted(Doc(
      R"({"type":"heading","attrs":{"level":2},"content":[{"type":"text","text":"Lamps"}]},
         {"type":"paragraph","content":[
           {"type":"text","text":"See "},
           {"type":"text","marks":[{"type":"link","attrs":{"href":"https://example.org/a?b=c#d",
             "target":"_blank","rel":"noopener noreferrer nofollow","class":null,"title":null}},
             {"type":"bold"}],"text":"there"},
           {"type":"hardBreak"},
           {"type":"text","marks":[{"type":"code"}],"text":"x"}]},
         {"type":"orderedList","attrs":{"start":1,"type":null},"content":[
           {"type":"listItem","content":[{"type":"paragraph"}]}]},
         {"type":"orderedList","attrs":{"start":3,"type":"a"},"content":[
           {"type":"listItem","content":[{"type":"paragraph"}]}]},
         {"type":"codeBlock","attrs":{"language":null},"content":[{"type":"text","text":"a\nb"}]},
         {"type":"horizontalRule"},
         {"type":"paragraph"})"));
  CHECK(document.json ==
        R"({"content":[{"attrs":{"level":2},"content":[{"text":"Lamps","type":"text"}],)"
        R"("type":"heading"},{"content":[{"text":"See ","type":"text"},)"
        R"({"marks":[{"attrs":{"href":"https://example.org/a?b=c#d"},"type":"link"},)"
        R"({"type":"bold"}],"text":"there","type":"text"},{"type":"hardBreak"},)"
        R"({"marks":[{"type":"code"}],"text":"x","type":"text"}],"type":"paragraph"},)"
        R"({"content":[{"content":[{"type":"paragraph"}],"type":"listItem"}],)"
        R"("type":"orderedList"},{"attrs":{"start":3,"type":"a"},)"
        R"("content":[{"content":[{"type":"paragraph"}],"type":"listItem"}],)"
        R"("type":"orderedList"},{"content":[{"text":"a\nb","type":"text"}],)"
        R"("type":"codeBlock"},{"type":"horizontalRule"},{"type":"paragraph"}],"type":"doc"})");
  CHECK(document.text == "Lamps\n\nSee there\nx\n\na\nb");
}

TEST_CASE("what pasted lists and code carry beyond the schema is left away", "[content]") {
  CHECK(Accepted(Doc(R"({"type":"orderedList","attrs":{"start":-3,"type":"disc"},"content":[
                        {"type":"listItem","content":[{"type":"paragraph"}]}]})"))
            .json.find("attrs") == std::string::npos);
  CHECK(
      Accepted(Doc(R"({"type":"codeBlock","attrs":{"language":")" + std::string(65, 'a') + "\"}}"))
          .json.find("attrs") == std::string::npos);
}

TEST_CASE("neighbouring texts with the same marks become one, marks get their order", "[content]") {
  const std::string bold_italic = R"({"type":"bold"},{"type":"italic"})";
  const std::string italic_bold = R"({"type":"italic","attrs":{}},{"type":"bold"})";
  CHECK(Accepted(Doc(Paragraph(Text("a", bold_italic) + "," + Text("b", italic_bold)))).json ==
        R"({"content":[{"content":[{"marks":[{"type":"bold"},{"type":"italic"}],)"
        R"("text":"ab","type":"text"}],"type":"paragraph"}],"type":"doc"})");
  const std::string one = R"({"type":"link","attrs":{"href":"/one"}})";
  const std::string two = R"({"type":"link","attrs":{"href":"/two"}})";
  const std::string kept = Accepted(Doc(Paragraph(Text("a", one) + "," + Text("b", two)))).json;
  CHECK(kept.find(R"("text":"a")") != std::string::npos);
}

TEST_CASE("text is stored as it was typed", "[content]") {
  const std::string odd =
      "tab\t quote\" back\\ bell\x07 del\x7F e\xCC\x81 \xE2\x80\xA8 \xF0\x9F\x95\xAF";
  CHECK(Accepted(Doc(Paragraph(Text(odd)))).text == odd);
}

TEST_CASE("what the schema does not know is refused where it stands", "[content]") {
  const std::string fine = Paragraph(Text("a"));
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"[]", "/content"},
      {"null", "/content"},
      {"{}", "/content/type"},
      {R"({"type":"doc"})", "/content/content"},
      {R"({"type":"doc","content":[]})", "/content/content"},
      {R"({"type":"doc","content":{}})", "/content/content"},
      {R"({"type":"paragraph"})", "/content/type"},
      {Doc(R"({"type":"script"})"), "/content/content/0/type"},
      {Doc(R"({"type":7})"), "/content/content/0/type"},
      {Doc(fine + ",7"), "/content/content/1"},
      {Doc(Doc(fine)), "/content/content/0"},
      {Doc(Text("a")), "/content/content/0"},
      {Doc(R"({"type":"heading"})"), "/content/content/0/attrs/level"},
      {Doc(R"({"type":"heading","attrs":{"level":4}})"), "/content/content/0/attrs/level"},
      {Doc(R"({"type":"heading","attrs":{"level":"1"}})"), "/content/content/0/attrs/level"},
      {Doc(R"({"type":"heading","attrs":{"level":1.5}})"), "/content/content/0/attrs/level"},
      {Doc(R"({"type":"heading","attrs":{"level":1,"id":"x"}})"), "/content/content/0/attrs/id"},
      {Doc(R"({"type":"paragraph","attrs":{"style":"x"}})"), "/content/content/0/attrs/style"},
      {Doc(R"({"type":"paragraph","attrs":[]})"), "/content/content/0/attrs"},
      {Doc(R"({"type":"paragraph","on~/x":1})"), "/content/content/0/on~0~1x"},
      {Doc(R"({"type":"paragraph","text":"x"})"), "/content/content/0/text"},
      {Doc(R"({"type":"paragraph","marks":[]})"), "/content/content/0/marks"},
      {Doc(R"({"type":"horizontalRule","content":[]})"), "/content/content/0/content"},
      {Doc(R"({"type":"bulletList"})"), "/content/content/0/content"},
      {Doc(R"({"type":"bulletList","content":[)" + fine + "]}"), "/content/content/0/content/0"},
      {Doc(R"({"type":"bulletList","content":[{"type":"listItem","content":[
              {"type":"horizontalRule"}]}]})"),
       "/content/content/0/content/0/content/0"},
      {Doc(R"({"type":"blockquote","content":[]})"), "/content/content/0/content"},
      {Doc(R"({"type":"codeBlock","content":[{"type":"hardBreak"}]})"),
       "/content/content/0/content/0"},
      {Doc(R"({"type":"codeBlock","content":[)" + Text("a", R"({"type":"bold"})") + "]}"),
       "/content/content/0/content/0/marks"},
      {Doc(Paragraph(fine)), "/content/content/0/content/0"},
      {Doc(Paragraph(R"({"type":"text"})")), "/content/content/0/content/0/text"},
      {Doc(Paragraph(R"({"type":"text","text":""})")), "/content/content/0/content/0/text"},
      {Doc(Paragraph(R"({"type":"text","text":"a\u0000"})")), "/content/content/0/content/0/text"},
      {Doc(Paragraph(Text("a", R"({"type":"blink"})"))),
       "/content/content/0/content/0/marks/0/type"},
      {Doc(fine + "," + fine + "," + fine + "," + Paragraph(Text("a", R"({"type":"b"})"))),
       "/content/content/3/content/0/marks/0/type"},
      {Doc(Paragraph(Text("a", R"({"type":"bold","x":1})"))),
       "/content/content/0/content/0/marks/0/x"},
      {Doc(Paragraph(Text("a", R"({"type":"bold"},{"type":"bold"})"))),
       "/content/content/0/content/0/marks/1"},
      {Doc(Paragraph(Text("a", R"({"type":"bold"},{"type":"code"})"))),
       "/content/content/0/content/0/marks/1"},
      {Doc(Paragraph(Text("a", R"({"type":"link"})"))),
       "/content/content/0/content/0/marks/0/attrs/href"},
      {Doc(Paragraph(Text("a", R"({"type":"link","attrs":{"href":"javascript:alert"}})"))),
       "/content/content/0/content/0/marks/0/attrs/href"},
      {Doc(Paragraph(Text("a", R"({"type":"link","attrs":{"href":"/","onclick":"x"}})"))),
       "/content/content/0/content/0/marks/0/attrs/onclick"},
      {Doc(Paragraph(R"({"type":"text","text":"a","marks":{}})")),
       "/content/content/0/content/0/marks"},
  };
  for (const auto& [json, pointer] : cases) {
    INFO(json);
    CHECK(PointerOfRefusal(json) == pointer);
  }
}

TEST_CASE("twenty mistakes are named, not more, and long names are cut", "[content]") {
  std::string blocks;
  for (int i = 0; i < 50; ++i) blocks += R"({"type":")" + std::string(5000, 'x') + "\"},";
  blocks.pop_back();
  const std::vector<FieldError> errors = Refused(Doc(blocks));
  CHECK(errors.size() == 20);
  CHECK(errors.back().pointer == "/content/content/19/type");
  CHECK(errors.back().message.size() < 200);
}

TEST_CASE("32 levels are accepted, 33 are not", "[content]") {
  Accepted(Nested(29));  // doc, 29 quotes, paragraph, text.
  CHECK(PointerOfRefusal(Nested(30)).ends_with("/content/0/content/0"));
  CHECK(Refused(Nested(60)).size() == 1);
}

TEST_CASE("20,000 nodes are accepted, one more is not", "[content]") {
  std::string blocks = R"({"type":"paragraph"})";
  for (int i = 2; i < 20'000; ++i) blocks += R"(,{"type":"paragraph"})";
  Accepted(Doc(blocks));
  CHECK(PointerOfRefusal(Doc(blocks + R"(,{"type":"paragraph"})")) == "/content");
}

TEST_CASE("a million characters are accepted, one more is not", "[content]") {
  const std::string most(1'000'000, 'a');
  Accepted(Doc(Paragraph(Text(most))));
  CHECK(PointerOfRefusal(Doc(Paragraph(Text(most + "a")))) == "/content");
}

TEST_CASE("plain text parts blocks by a blank line, items and breaks by one line", "[content]") {
  CHECK(FromMarkdown("# Title\n\nOne  \ntwo\n\n- a\n- b\n  1. c\n  2. d\n\n  more b\n- e\n\n***\n\n"
                     "> quote\n>\n> - in\n> - quote\n\n```\nx\n\ny\n```\n\nend")
            .text ==
        "Title\n\nOne\ntwo\n\na\nb\nc\nd\n\nmore b\ne\n\nquote\n\nin\nquote\n\nx\n\ny\n\nend");
}

}  // namespace heirloom
