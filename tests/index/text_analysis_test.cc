#include "index/text/text_analysis.h"

#include <catch2/catch.hpp>

namespace heirloom::text {
namespace {

using Words = std::vector<std::string>;

Words WordsOf(std::string_view text) {
  Words words;
  for (const Token& token : Tokenize(text)) {
    words.emplace_back(text.substr(token.begin, token.end - token.begin));
  }
  return words;
}

TEST_CASE("words are runs of letters, marks and digits", "[index]") {
  CHECK(WordsOf("").empty());
  CHECK(WordsOf("In 1957, we left—at last.") == Words{"In", "1957", "we", "left", "at", "last"});
  CHECK(WordsOf("naïve Ærø привет שלום") == Words{"naïve", "Ærø", "привет", "שלום"});
  CHECK(WordsOf("e\xcc\x81t\xc3\xa9") == Words{"e\xcc\x81t\xc3\xa9"});
  CHECK(WordsOf("नमस्ते दुनिया") == Words{"नमस्ते", "दुनिया"});
}

TEST_CASE("a genitive s belongs to no word, and an elided article is marked", "[index]") {
  CHECK(WordsOf("father's FATHER’S mothers'") == Words{"father", "FATHER", "mothers"});
  CHECK(WordsOf("don't 'so' it's") == Words{"don", "t", "so", "it"});
  const std::vector<Token> tokens = Tokenize("l'homme d’Arc aujourd'hui");
  REQUIRE(tokens.size() == 6);
  CHECK(tokens[0].elided);
  CHECK(!tokens[1].elided);
  CHECK(tokens[2].elided);
  CHECK(!tokens[4].elided);
}

TEST_CASE("scripts without spaces give a word for each character with its marks", "[index]") {
  CHECK(WordsOf("東京とParis") == Words{"東", "京", "と", "Paris"});
  const std::vector<Token> tokens = Tokenize("東京、駅");
  REQUIRE(tokens.size() == 3);
  CHECK(!tokens[0].joined);
  CHECK(tokens[1].joined);
  CHECK(!tokens[2].joined);
  CHECK(WordsOf("ที่").size() == 1);
}

TEST_CASE("bytes that are not UTF-8 part words and end nothing", "[index]") {
  CHECK(WordsOf("a\xff"
                "b\xc3") == Words{"a", "b"});
  CHECK(WordsOf(std::string("a\0b", 3)) == Words{"a", "b"});
}

TEST_CASE("what is not seen does not count: soft hyphens and joiners", "[index]") {
  CHECK(ToWord(WordsOf("grand\xc2\xadmother").at(0)).plain == "grandmother");
  CHECK(WordsOf("grand\xc2\xad mother") == Words{"grand", "mother"});
}

TEST_CASE("a word has at most 160 bytes and ends with a whole character", "[index]") {
  std::string word;
  for (int i = 0; i < 100; ++i) word += "ж";
  CHECK(ToWord("x" + word).plain.size() == 159);
  CHECK(ToWord(std::string(5000, 'x')).folded.size() == 160);
}

TEST_CASE("the stemmer is chosen by the primary language", "[index]") {
  CHECK(StemLanguage("de-AT") == "de");
  CHECK(StemLanguage("EN") == "en");
  CHECK(StemLanguage("pt_BR") == "pt");
  CHECK(StemLanguage("nb") == "no");
  CHECK(StemLanguage("nn-NO") == "no");
  for (const char* none :
       {"", "cs", "none", "lovins", "porter", "english", "d", "-de", "zh-Hans"}) {
    CAPTURE(none);
    CHECK(StemLanguage(none).empty());
    CHECK(Stemmer(none).Stems(ToWord("walking")).empty());
  }
}

TEST_CASE("every language that StemLanguage names has a stemmer", "[index]") {
  for (const char* tag : {"ar", "ca", "da", "de", "en", "es", "eu", "fi", "fr", "ga", "hu", "hy",
                          "id", "it", "lt", "ne", "nl", "no", "pt", "ro", "ru", "sv", "ta", "tr"}) {
    CAPTURE(tag);
    CHECK(StemLanguage(tag) == tag);
    CHECK(!Stemmer(tag).Stems(ToWord("Anna")).empty());
  }
}

TEST_CASE("a word with accents has the stem of either spelling", "[index]") {
  CHECK(Stemmer("fr").Stems(ToWord("élevées")) == Words{"elev", "eleve"});
  CHECK(Stemmer("en").Stems(ToWord("Walked")) == Words{"walk"});
  CHECK(Stemmer("de").Stems(ToWord("Häuser")) == Words{"haus"});
}

}  // namespace
}  // namespace heirloom::text
