#include "appliance/base/text.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/support/mutate.h"

namespace heirloom {
namespace {

using namespace std::string_literals;

const std::vector<std::string> kTexts = {"",
                                         " ",
                                         "Großmutter",
                                         "GROSSMUTTER",
                                         "Cafe\u0301 Zoë",
                                         "Ærø",
                                         "日本語のテキスト",
                                         "ガーデン",
                                         "ﬁne  ﬂour",
                                         "Ἀλέξανδρος Σίσυφος",
                                         "שָׁלוֹם",
                                         "مُحَمَّد",
                                         "हिन्दी क्षेत्र",
                                         "İstanbul ı",
                                         "👩‍👩‍👧 family",
                                         "\u00a0x\u2003y\u3000",
                                         "a\u0001b",
                                         "a\0b"s,
                                         "\xff\xfe",
                                         "tail\xe2\x82"};

std::string Utf8(int c) {
  const auto tail = [c](int shift) { return static_cast<char>(0x80 | (c >> shift & 0x3f)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xc0 | c >> 6), tail(0)};
  if (c < 0x10000) return {static_cast<char>(0xe0 | c >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xf0 | c >> 18), tail(12), tail(6), tail(0)};
}

}  // namespace

TEST_CASE("storable text is well-formed UTF-8 without U+0000", "[base][text]") {
  CHECK(IsStorableText(""));
  CHECK(IsStorableText("Zoë 日本 \U0001F600"));
  CHECK_FALSE(IsStorableText("a\0b"s));
  CHECK_FALSE(IsStorableText("\xff"));
  CHECK_FALSE(IsStorableText("\xc3"));              // Cut short.
  CHECK_FALSE(IsStorableText("\xc0\xaf"));          // Overlong slash.
  CHECK_FALSE(IsStorableText("\xed\xa0\x80"));      // Surrogate.
  CHECK_FALSE(IsStorableText("\xf4\x90\x80\x80"));  // Beyond U+10FFFF.
}

TEST_CASE("characters are counted and cut as code points", "[base][text]") {
  CHECK(CountCharacters("") == 0);
  CHECK(CountCharacters("Zoë") == 3);
  CHECK(CountCharacters("日本\U0001F600") == 3);
  CHECK(FirstCharacters("Zoë!", 3) == "Zoë");
  CHECK(FirstCharacters("日本", 1) == "日");
  CHECK(FirstCharacters("日本", 0).empty());
  CHECK(FirstCharacters("日本", 2) == "日本");
  CHECK(FirstCharacters("日本", 99) == "日本");
}

TEST_CASE("NFC makes one spelling of an accent", "[base][text]") {
  CHECK(ToNfc("Zoe\u0308") == "Zoë");
  CHECK(ToNfc("Zoë") == "Zoë");
  CHECK(ToNfc("plain") == "plain");
  CHECK(ToNfc("e\u0308\xff") == "e\u0308\xff");  // Not well-formed: unchanged.
}

TEST_CASE("white space of every kind collapses to one blank", "[base][text]") {
  CHECK(CollapseSpace("  a \t\r\n b  ") == "a b");
  CHECK(CollapseSpace("\u3000a\u00a0\u2003b\u2028") == "a b");
  CHECK(CollapseSpace(" \n ").empty());
  CHECK(CollapseSpace("a\u200bb") == "a\u200bb");  // Zero width space is no White_Space.
}

TEST_CASE("a fold key is what spellings of one name share", "[base][text]") {
  CHECK(FoldKey(" ADA@Example.ORG ") == "ada@example.org");
  CHECK(FoldKey("GROSSMUTTER") == FoldKey("Großmutter"));
  CHECK(FoldKey("ＺＯＥ\u0308") == FoldKey("zoë"));
  CHECK(FoldKey("ﬁne\u00a0print") == "fine print");
  CHECK(FoldKey("Σίσυφος") == FoldKey("ΣΊΣΥΦΟΣ"));
  CHECK(FoldKey("Zoe") != FoldKey("Zoë"));
}

TEST_CASE("a plain key drops accents and case, and keeps other letters apart", "[base][text]") {
  CHECK(PlainKey("Café") == "cafe");
  CHECK(PlainKey("CAFE\u0301") == "cafe");
  CHECK(PlainKey("שָׁלוֹם") == PlainKey("שלום"));
  CHECK(PlainKey("مُحَمَّد") == PlainKey("محمد"));
  CHECK(PlainKey("हिन्दी") != PlainKey("हन्द"));  // Vowel signs part words in Hindi.
}

TEST_CASE("keys of keys are the same keys", "[base][text]") {
  for (const std::string& text : kTexts) {
    INFO(text);
    CHECK(ToNfc(ToNfc(text)) == ToNfc(text));
    CHECK(CollapseSpace(CollapseSpace(text)) == CollapseSpace(text));
    CHECK(FoldKey(FoldKey(text)) == FoldKey(text));
    CHECK(PlainKey(PlainKey(text)) == PlainKey(text));
  }
}

TEST_CASE("keys of single characters are stable all over Unicode", "[base][text]") {
  for (int c = 1; c <= 0x10ffff; ++c) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    const std::string text = Utf8(c);
    const std::string key = FoldKey(text);
    const std::string plain = PlainKey(text);
    if (FoldKey(key) != key || PlainKey(plain) != plain) FAIL_CHECK("U+" << std::hex << c);
  }
}

TEST_CASE("sort keys order titles as people look for them", "[base][text]") {
  const std::vector<std::string> in_order = {
      "",           "1957",      "a rose",     "Ábel", "Adam",        "Äpfel", "apple",
      "Apple tree", "Apples",    "éclair",     "Emil", "Rose",        "Rosé",  "Rose Garden",
      "ROSES",      "Über alle", "Ubermorgen", "zoo",  "\u65e5\u672c"};
  for (std::size_t i = 1; i < in_order.size(); ++i) {
    INFO(in_order[i - 1] << " | " << in_order[i]);
    CHECK(SortKey(in_order[i - 1]) < SortKey(in_order[i]));
  }
}

TEST_CASE("a sort key is short, storable and never cuts a character", "[base][text]") {
  for (std::size_t length = 0; length < 220; ++length) {
    for (const std::string& letter : {"a"s, "ß"s, "日"s, "\U0001F600"s}) {
      std::string text;
      for (std::size_t i = 0; i < length; ++i) text += letter;
      const std::string key = SortKey(text);
      CHECK(key.size() <= 200);
      CHECK(IsStorableText(key));
    }
  }
  CHECK(SortKey("a\0b"s).find('\0') == std::string::npos);
}

TEST_CASE("no bytes upset the text helpers", "[base][text]") {
  testing::SeededRandom random;
  for (int i = 0; i < 4000; ++i) {
    const std::string text = testing::Mutate(kTexts[random.Below(kTexts.size())], random, 6);
    const bool storable = IsStorableText(text);
    CHECK(CountCharacters(FirstCharacters(text, 3)) <= 3);
    CHECK(SortKey(text).size() <= 200);
    if (!storable) continue;
    CHECK(IsStorableText(ToNfc(text)));
    CHECK(IsStorableText(FoldKey(text)));
    CHECK(IsStorableText(PlainKey(text)));
    CHECK(IsStorableText(CollapseSpace(text)));
    CHECK(IsStorableText(SortKey(text)));
  }
}

}  // namespace heirloom
