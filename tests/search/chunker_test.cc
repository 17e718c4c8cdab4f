#include "appliance/search/chunker.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "appliance/base/text.h"

namespace heirloom {
namespace {

constexpr std::size_t kMost = 4096;

// `count` sentences of eleven tokens, each another.
std::string Sentences(int count, const std::string& about) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += "She told us " + about + " again on day " + std::to_string(1000 + i) + " of it. ";
  }
  return text;
}

TEST_CASE("a short story is one chunk, its title first") {
  const auto chunks = CutIntoChunks("The mill", "It burned down.\n\nNobody was hurt.", kMost);
  REQUIRE(chunks.size() == 1);
  CHECK(chunks[0].embedded == "The mill\nIt burned down.\n\nNobody was hurt.");
  CHECK(chunks[0].begin == 0);
  CHECK(chunks[0].end == 33);
}

TEST_CASE("a story without words is one chunk of its title") {
  for (const char* text : {"", " \n\n\t "}) {
    const auto chunks = CutIntoChunks("The mill", text, kMost);
    REQUIRE(chunks.size() == 1);
    CHECK(chunks[0].embedded == "The mill");
    CHECK(chunks[0].begin == chunks[0].end);
  }
}

TEST_CASE(
    "chunks cover all of a text that is no blank, in order, none much longer than 200 tokens") {
  const std::string one_word(9000, 'x');
  std::string ideographs;
  for (int i = 0; i < 700; ++i) ideographs += "祖母焼";
  for (const std::string& text :
       {Sentences(90, "bread"), Sentences(30, "bread") + "\n\n" + Sentences(30, "ships"), one_word,
        ideographs, std::string("a b ") + one_word + " c. d", std::string(3000, '.')}) {
    const auto chunks = CutIntoChunks("T", text, kMost);
    std::size_t covered = 0;
    for (const TextChunk& chunk : chunks) {
      REQUIRE(chunk.begin >= covered);
      REQUIRE(chunk.end > chunk.begin);
      REQUIRE(chunk.end <= text.size());
      CHECK(CollapseSpace(text.substr(covered, chunk.begin - covered)).empty());
      CHECK(IsStorableText(text.substr(chunk.begin, chunk.end - chunk.begin)));
      CHECK(IsStorableText(chunk.embedded));
      CHECK(EstimateTokens(chunk.embedded) <= 260);
      covered = chunk.end;
    }
    CHECK(CollapseSpace(text.substr(covered)).empty());
  }
}

TEST_CASE("a chunk within a paragraph begins with the sentences before it, one after it does not") {
  const auto within = CutIntoChunks("T", Sentences(40, "bread"), kMost);
  REQUIRE(within.size() >= 2);
  CHECK(within[1].embedded.size() > within[1].end - within[1].begin);
  const std::string text = Sentences(12, "bread") + "\n\n" + Sentences(12, "ships");
  const auto apart = CutIntoChunks("T", text, kMost);
  REQUIRE(apart.size() == 2);
  CHECK(apart[1].embedded == text.substr(apart[1].begin, apart[1].end - apart[1].begin));
  CHECK(apart[1].embedded.find("bread") == std::string::npos);
}

TEST_CASE("an edit changes the chunks it touches and leaves those of other paragraphs") {
  std::string before;
  std::string after;
  for (int i = 0; i < 10; ++i) {
    const std::string paragraph = Sentences(12, "part" + std::to_string(i)) + "\n\n";
    before += paragraph;
    after += i == 4 ? "One more word. " + paragraph : paragraph;
  }
  std::set<std::string> known;
  for (const TextChunk& chunk : CutIntoChunks("T", before, kMost)) known.insert(chunk.embedded);
  CHECK(known.size() == 10);
  const auto chunks = CutIntoChunks("T", after, kMost);
  const auto changed = std::count_if(chunks.begin(), chunks.end(), [&](const TextChunk& chunk) {
    return !known.contains(chunk.embedded);
  });
  CHECK(changed == 1);
}

TEST_CASE("no more chunks come than were asked for") {
  CHECK(CutIntoChunks("T", Sentences(200, "bread"), 3).size() == 3);
}

}  // namespace
}  // namespace heirloom
