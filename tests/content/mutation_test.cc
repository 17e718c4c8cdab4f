#include <catch2/catch.hpp>
#include <string>

#include "appliance/base/text.h"
#include "tests/content/document_support.h"
#include "tests/support/mutate.h"
#include "tests/support/seeded_random.h"

namespace heirloom {
namespace {

constexpr int kRounds = 1500;

constexpr std::string_view kMarkdown =
    "# Lamps &amp; *rings*\n\n1. one\n   > - two [three](/four \"five\")\n\n     **six `seven`**  "
    "\n"
    "eight <b>nine</b> ~~ten~~ ![eleven](https://twelve.org) www.thirteen.org\n\n```c\nx\n```\n\n"
    "[fourteen]: mailto:a@b.org\n[fourteen] &#0; <https://c.org>\n***\n<!-- fifteen\n-->\n";

}  // namespace

TEST_CASE("any storable Markdown becomes a document that stays the same", "[content][markdown]") {
  testing::SeededRandom random;
  int taken = 0;
  for (int round = 0; round < kRounds; ++round) {
    const std::string markdown = testing::Mutate(kMarkdown, random, 12);
    INFO(Quote(markdown));
    const Result<Document> document = DocumentFromMarkdown(markdown);
    CHECK(document.has_value() == IsStorableText(markdown));
    if (!document) continue;
    CheckIsCanonical(*document);
    ++taken;
  }
  CHECK(taken > kRounds / 10);
}

TEST_CASE("a damaged document is refused with places or stays the same", "[content]") {
  const std::string seed = FromMarkdown(kMarkdown).json;
  testing::SeededRandom random;
  int accepted = 0;
  int refused = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Result<Json> json = Json::Parse(testing::Mutate(seed, random, 2));
    if (!json) continue;
    INFO(json->Dump());
    const Result<Document> document = CheckDocument(*json, "/content");
    if (document) {
      CheckIsCanonical(*document);
      ++accepted;
      continue;
    }
    CHECK_FALSE(document.error().fields.empty());
    for (const FieldError& field : document.error().fields) {
      CHECK(field.pointer.starts_with("/content"));
    }
    ++refused;
  }
  CHECK(accepted > 0);
  CHECK(refused > 0);
}

}  // namespace heirloom
