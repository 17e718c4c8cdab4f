#include "appliance/stories/text_diff.h"

#include <catch2/catch.hpp>
#include <random>

#include "appliance/stories/revision_diff.h"

namespace heirloom {
namespace {

// "same [-removed-] {+added+}"
std::string Shown(const TextDiff& diff) {
  std::string shown;
  for (const TextPiece& piece : diff.pieces) {
    if (piece.change == Change::kSame) shown += piece.text;
    if (piece.change == Change::kRemoved) shown += "[-" + piece.text + "-]";
    if (piece.change == Change::kAdded) shown += "{+" + piece.text + "+}";
  }
  return shown;
}

void CheckSides(const TextDiff& diff, std::string_view before, std::string_view after) {
  std::string old_text;
  std::string new_text;
  for (const TextPiece& piece : diff.pieces) {
    CHECK_FALSE(piece.text.empty());
    if (piece.change != Change::kAdded) old_text += piece.text;
    if (piece.change != Change::kRemoved) new_text += piece.text;
  }
  CHECK(old_text == before);
  CHECK(new_text == after);
}

std::string Words(int count, int seed) {
  std::mt19937 random(static_cast<unsigned>(seed));
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += "w" + std::to_string(random() % 1'000'000);
    text += i % 20 == 19 ? "\n\n" : " ";
  }
  return text;
}

}  // namespace

TEST_CASE("texts are compared word by word", "[stories][diff]") {
  CHECK(Shown(DiffTexts("The boat sank.", "The old boat sank.")) == "The {+old +}boat sank.");
  CHECK(Shown(DiffTexts("The boat sank in 1957.", "The boat left in 1958.")) ==
        "The boat [-sank-]{+left+} in [-1957-]{+1958+}.");
  CHECK(Shown(DiffTexts("", "New.")) == "{+New.+}");
  CHECK(Shown(DiffTexts("Old.", "")) == "[-Old.-]");
  CHECK(DiffTexts("", "").pieces.empty());
  CHECK(Shown(DiffTexts("Same.", "Same.")) == "Same.");
}

TEST_CASE("words that change side by side are read as one change", "[stories][diff]") {
  CHECK(Shown(DiffTexts("a red boat b", "a big ship b")) == "a [-red boat-]{+big ship+} b");
}

TEST_CASE("scripts without spaces are compared by characters", "[stories][diff]") {
  CHECK(Shown(DiffTexts("船は沈んだ", "船が沈んだ")) == "船[-は-]{+が+}沈んだ");
}

TEST_CASE("both texts can be read out of their difference", "[stories][diff]") {
  std::mt19937 random(7);
  for (int i = 0; i < 300; ++i) {
    std::string texts[2];
    for (std::string& text : texts) {
      const auto size = random() % 30;
      for (unsigned j = 0; j < size; ++j) {
        text += std::array{"a", "b", "c ", " ", "\n\n", "字", ".", "don't"}[random() % 8];
      }
    }
    const TextDiff diff = DiffTexts(texts[0], texts[1]);
    CHECK(diff.complete);
    CheckSides(diff, texts[0], texts[1]);
  }
}

TEST_CASE("a difference is as small as it can be", "[stories][diff]") {
  // Against the plain quadratic way, on what it can still do.
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::uint32_t> a(random() % 12);
    std::vector<std::uint32_t> b(random() % 12);
    for (auto* side : {&a, &b}) {
      for (std::uint32_t& element : *side) element = random() % 3;
    }
    std::vector<std::vector<std::size_t>> common(a.size() + 1,
                                                 std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = a.size(); i-- > 0;) {
      for (std::size_t j = b.size(); j-- > 0;) {
        common[i][j] =
            a[i] == b[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
      }
    }
    const auto edits = DiffSequences(a, b);
    REQUIRE(edits);
    std::size_t same = 0;
    for (const Edit& edit : *edits) {
      if (edit.change == Change::kSame) same += edit.end - edit.begin;
    }
    CHECK(same == common[0][0]);
  }
}

TEST_CASE("what is too different is compared by paragraphs, and says so", "[stories][diff]") {
  const std::string kept = "This paragraph stays.\n\n";
  const std::string before = kept + Words(3000, 1);
  const std::string after = kept + Words(3000, 2);
  const TextDiff diff = DiffTexts(before, after);
  CHECK_FALSE(diff.complete);
  CHECK(diff.pieces.front() == TextPiece{Change::kSame, kept});
  CheckSides(diff, before, after);
}

TEST_CASE("the largest texts are compared within bounds", "[stories][diff]") {
  SECTION("alike, but for one word") {
    std::string before = Words(120'000, 1);
    std::string after = before;
    after.replace(after.find("\n\n"), 2, " changed\n\n");
    const TextDiff diff = DiffTexts(before, after);
    CHECK(diff.complete);
    CHECK(diff.pieces.size() == 3);
    CheckSides(diff, before, after);
  }
  SECTION("nothing in common") {
    const std::string before = Words(120'000, 1);
    const std::string after = Words(120'000, 2);
    const TextDiff diff = DiffTexts(before, after);
    CHECK_FALSE(diff.complete);
    CheckSides(diff, before, after);
  }
  SECTION("the same few words over and over, which is worst to search") {
    std::string before;
    std::string after;
    for (int i = 0; i < 250'000; ++i) before += i % 3 == 0 ? "a " : "b ";
    for (int i = 0; i < 250'000; ++i) after += i % 5 == 0 ? "b " : "a ";
    CheckSides(DiffTexts(before, after), before, after);
  }
}

TEST_CASE("fields that differ are named with what they said", "[stories][diff]") {
  Revision before;
  before.number = 3;
  before.content.title = "Old";
  before.content.tags = {"a", "b"};
  before.content.place = "Köln";
  Revision after = before;
  after.number = 5;
  after.content.title = "New";
  after.content.tags = {"b"};
  after.content.place.reset();
  after.content.happened_at = ParseEdtf("1957~").value();
  const RevisionDiff diff = DiffRevisions(before, after);
  CHECK(diff.from == 3);
  CHECK(diff.to == 5);
  CHECK(diff.fields == std::vector<FieldChange>{{"title", "Old", "New"},
                                                {"tags", "a, b", "b"},
                                                {"happened_at", std::nullopt, "1957~"},
                                                {"place", "Köln", std::nullopt}});
  const RevisionDiff first = DiffRevisions(std::nullopt, before);
  CHECK(first.from == 0);
  CHECK(first.fields.front() == FieldChange{"title", std::nullopt, "Old"});
}

}  // namespace heirloom
