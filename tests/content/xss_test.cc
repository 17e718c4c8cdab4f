#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/content/document_support.h"

namespace heirloom {
namespace {

int HexDigit(char c) {
  const std::size_t value = std::string_view("0123456789ABCDEF").find(c);
  REQUIRE(value != std::string_view::npos);
  return static_cast<int>(value);
}

// \xHH is a byte: what an editor would not show.
std::string Unescape(const std::string& line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line.compare(i, 2, "\\x") == 0 && i + 3 < line.size()) {
      out += static_cast<char>(HexDigit(line[i + 2]) * 16 + HexDigit(line[i + 3]));
      i += 3;
    } else {
      out += line[i];
    }
  }
  return out;
}

std::vector<std::string> Payloads() {
  std::ifstream file(std::filesystem::path(HEIRLOOM_SOURCE_DIR) / "tests/content/xss_payloads.txt");
  std::vector<std::string> payloads;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && !line.starts_with("## ")) payloads.push_back(Unescape(line));
  }
  REQUIRE(payloads.size() >= 100);
  return payloads;
}

// Said anew and more coarsely than the code under test says it.
bool Harmless(std::string_view href) {
  for (const char c : href) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '\\' || c == '\x7F') return false;
  }
  std::string lower(href);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return lower.starts_with("http://") || lower.starts_with("https://") ||
         lower.starts_with("mailto:") || (lower.starts_with("/") && !lower.starts_with("//"));
}

void CheckLinks(const Json& value) {
  for (std::size_t i = 0; value.IsArray() && i < value.Size(); ++i) CheckLinks(value.At(i));
  if (!value.IsObject()) return;
  for (const std::string& key : value.Keys()) {
    CHECK((key == "type" || key == "content" || key == "text" || key == "marks" || key == "attrs" ||
           key == "href" || key == "title" || key == "level" || key == "start" ||
           key == "language"));
    if (key == "href") {
      INFO(value.Get(key).AsString());
      CHECK(Harmless(value.Get(key).AsString()));
    }
    CheckLinks(value.Get(key));
  }
}

void CheckHarmless(const Result<Document>& document) {
  if (!document) return;
  CheckIsCanonical(*document);
  CheckLinks(Parsed(document->json));
}

std::string LinkWith(std::string_view attribute, std::string_view value) {
  return R"({"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"x",)"
         R"("marks":[{"type":"link","attrs":{"href":"/",)" +
         Quote(attribute) + ":" + Quote(value) + "}}]}]}]}";
}

}  // namespace

TEST_CASE("hostile text stays text", "[content][security]") {
  for (const std::string& payload : Payloads()) {
    INFO(payload);
    const std::string json =
        R"({"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":)" +
        Quote(payload) + "}]}]}";
    const Result<Document> document = CheckDocument(Parsed(json), "");
    CheckHarmless(document);
    const Result<Document> plain = DocumentFromPlainText(payload);
    if (plain) CHECK(plain->json.find("marks") == std::string::npos);
    CheckHarmless(plain);
  }
}

TEST_CASE("hostile links are refused or harmless", "[content][security]") {
  std::size_t refused = 0;
  const std::vector<std::string> payloads = Payloads();
  for (const std::string& payload : payloads) {
    INFO(payload);
    const std::string json =
        R"({"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"x",)"
        R"("marks":[{"type":"link","attrs":{"href":)" +
        Quote(payload) + "}}]}]}]}";
    const Result<Document> document = CheckDocument(Parsed(json), "");
    refused += document ? 0 : 1;
    CheckHarmless(document);
    for (const char* attribute : {"title", "target", "rel", "class", "onclick"}) {
      CheckHarmless(CheckDocument(Parsed(LinkWith(attribute, payload)), ""));
    }
  }
  CHECK(refused > payloads.size() / 2);
}

TEST_CASE("names of nodes, marks and attributes cannot be hostile", "[content][security]") {
  for (const std::string& payload : Payloads()) {
    INFO(payload);
    const std::string name = Quote(payload);
    for (const std::string& json :
         {R"({"type":"doc","content":[{"type":)" + name + "}]}",
          R"({"type":"doc","content":[{"type":"paragraph",)" + name + ":1}]}",
          R"({"type":"doc","content":[{"type":"heading","attrs":{"level":1,)" + name + ":1}}]}",
          R"({"type":"doc","content":[{"type":"heading","attrs":{"level":)" + name + "}}]}",
          R"({"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"x",)"
          R"("marks":[{"type":)" +
              name + "}]}]}]}"}) {
      CHECK_FALSE(CheckDocument(Parsed(json), ""));
    }
  }
}

TEST_CASE("hostile Markdown is harmless", "[content][security]") {
  for (const std::string& payload : Payloads()) {
    INFO(payload);
    for (const std::string& markdown :
         {payload, "[x](" + payload + ")", "[x](<" + payload + ">)", "![x](" + payload + ")",
          "<" + payload + ">", "[x]\n\n[x]: " + payload, "[x](/ \"" + payload + "\")",
          "[" + payload + "](" + payload + ")", "`" + payload + "`",
          "```" + payload + "\n" + payload + "\n```", "- " + payload, "# " + payload,
          "> " + payload}) {
      CheckHarmless(DocumentFromMarkdown(markdown));
    }
  }
}

}  // namespace heirloom
