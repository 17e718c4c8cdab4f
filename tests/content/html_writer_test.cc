#include <catch2/catch.hpp>
#include <fstream>
#include <string>

#include "appliance/content/html.h"
#include "tests/content/document_support.h"

namespace heirloom {
namespace {

std::string HtmlOf(std::string_view markdown) {
  const Result<std::string> html = HtmlFromDocument(FromMarkdown(markdown).json);
  REQUIRE(html);
  return *html;
}

bool Contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a document becomes plain HTML", "[content][html]") {
  CHECK(HtmlOf("# One\n\nTwo **three** *four* ~~five~~ `six`\\\nseven") ==
        "<h2>One</h2>\n<p>Two <strong>three</strong> <em>four</em> <s>five</s> "
        "<code>six</code><br>\nseven</p>\n");
  CHECK(HtmlOf("3. a\n4. b") ==
        "<ol start=\"3\">\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li>\n</ol>\n");
  CHECK(HtmlOf("> a\n\n```\n<x> & y\n```\n\n***") ==
        "<blockquote>\n<p>a</p>\n</blockquote>\n<pre><code>&lt;x&gt; &amp; "
        "y</code></pre>\n<hr>\n");
}

TEST_CASE("only links that lead to a place outside are links in HTML", "[content][html]") {
  CHECK(Contains(HtmlOf("[a](https://a.example/?b=1&c=\"2\" \"t\")"),
                 "<a href=\"https://a.example/?b=1&amp;c=&quot;2&quot;\" title=\"t\" "
                 "rel=\"noopener noreferrer\">a</a>"));
  CHECK(HtmlOf("[a](/stories/1)") == "<p>a</p>\n");
  CHECK_FALSE(Contains(HtmlOf("[a](javascript:alert(1))"), "href"));
}

TEST_CASE("no text of a story becomes an element of the page", "[content][html]") {
  std::ifstream payloads(HEIRLOOM_SOURCE_DIR "/tests/content/xss_payloads.txt");
  int count = 0;
  for (std::string line; std::getline(payloads, line); ++count) {
    const Result<Document> document = DocumentFromPlainText(line);
    if (!document) continue;
    const Result<std::string> html = HtmlFromDocument(document->json);
    REQUIRE(html);
    std::string rest = *html;
    for (const char* ours : {"<p>", "</p>", "<br>"}) {
      for (std::size_t at = rest.find(ours); at != rest.npos; at = rest.find(ours)) {
        rest.erase(at, std::string(ours).size());
      }
    }
    INFO(line);
    CHECK(rest.find('<') == rest.npos);
    CHECK(EscapeHtml(line).find_first_of("<>\"'") == std::string::npos);
  }
  CHECK(count > 50);
}

}  // namespace heirloom
