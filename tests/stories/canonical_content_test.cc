#include <catch2/catch.hpp>

#include "appliance/content/document.h"
#include "appliance/stories/revision_repository.h"

namespace heirloom {

TEST_CASE("a revision's content comes back as it was", "[stories]") {
  StoryContent content;
  content.title = "Häuser \"und\" ⛵";
  const auto document =
      DocumentFromMarkdown("# Kapitel\n\nEin *Satz* mit [Link](https://a.example).");
  content.document = document->json;
  content.text = document->text;
  content.status = StoryStatus::kDraft;
  content.tags = {"großmutter", "a,b"};
  content.language = "de";
  content.author = "Rosa";
  SECTION("with a date and a place") {
    content.happened_at = ParseEdtf("1944/1946").value();
    content.place = "Bergen";
  }
  SECTION("without") {}
  const std::string canonical = CanonicalContent(content);
  const auto back = ParseCanonicalContent(canonical);
  REQUIRE(back);
  CHECK(*back == content);
  // Sorted and without spaces, as hashes of it demand.
  CHECK(Json::Parse(canonical)->Dump() == canonical);
}

TEST_CASE("damaged content of a revision is said, not shown", "[stories]") {
  for (const char* damaged : {"", "{}", "[]", R"({"title":"x"})",
                              R"({"title":"x","tags":[],"status":"odd","document":{}})"}) {
    const auto content = ParseCanonicalContent(damaged);
    REQUIRE_FALSE(content);
    CHECK(content.error().code == ErrorCode::kInternal);
  }
}

}  // namespace heirloom
