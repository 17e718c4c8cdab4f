#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/content/document_support.h"

namespace heirloom {
namespace {

std::filesystem::path SourceFolder() { return HEIRLOOM_SOURCE_DIR; }

std::filesystem::path SharedData() {
  const char* folder = std::getenv("HEIRLOOM_SHARED_DATA");
  if (folder != nullptr) return folder;
  return SourceFolder().parent_path() / "shared" / "data";
}

std::string ReadAll(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

// Written as Markdown and read again, a document is the same.
void CheckMarkdownGoesRound(const Document& document) {
  const Result<std::string> markdown = MarkdownFromDocument(document.json);
  REQUIRE(markdown);
  INFO(*markdown);
  CHECK(FromMarkdown(*markdown).json == document.json);
}

void CheckBothWays(const std::string& body) {
  const Document document = FromMarkdown(body);
  CHECK_FALSE(document.text.empty());
  CheckMarkdownGoesRound(document);
  const Result<Document> plain = DocumentFromPlainText(body);
  REQUIRE(plain);
  CheckIsCanonical(*plain);
  CheckMarkdownGoesRound(*plain);
}

}  // namespace

TEST_CASE("the demo's stories become documents and stay the same", "[content]") {
  int count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(SourceFolder() / "packaging" / "demo" / "stories")) {
    if (entry.path().extension() != ".md") continue;
    INFO(entry.path().filename());
    CheckBothWays(ReadAll(entry.path()));
    ++count;
  }
  CHECK(count > 0);
}

TEST_CASE("the shared stories become documents and stay the same", "[content][shared]") {
  const std::filesystem::path path = SharedData() / "stories" / "stories.jsonl";
  if (!std::filesystem::exists(path)) {
    WARN("SKIPPED: stories/stories.jsonl is not in HEIRLOOM_SHARED_DATA nor in ../shared/data");
    return;
  }
  std::ifstream lines(path);
  int count = 0;
  for (std::string line; std::getline(lines, line);) {
    const Json story = Parsed(line);
    INFO(story.Get("id").AsString());
    CheckBothWays(std::string(story.Get("body").AsString()));
    ++count;
  }
  CHECK(count > 0);
}

}  // namespace heirloom
