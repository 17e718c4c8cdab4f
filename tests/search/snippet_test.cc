#include "appliance/search/snippet.h"

#include <catch2/catch.hpp>

#include "appliance/base/text.h"

namespace heirloom {
namespace {

std::string Joined(const std::vector<SnippetPiece>& pieces) {
  std::string text;
  for (const SnippetPiece& piece : pieces)
    text += piece.match ? "[" + piece.text + "]" : piece.text;
  return text;
}

TextMatch Where(const std::string& text, const std::string& word, std::size_t from = 0) {
  const std::size_t begin = text.find(word, from);
  return {begin, begin + word.size()};
}

}  // namespace

TEST_CASE("a short text is its own snippet", "[search]") {
  const std::string text = "The lamp was lit.\n\nThen it went out.";
  CHECK(Joined(MakeSnippet(text, {Where(text, "lamp")})) ==
        "The [lamp] was lit. Then it went out.");
  CHECK(Joined(MakeSnippet(text, {})) == "The lamp was lit. Then it went out.");
  CHECK(MakeSnippet("", {}).empty());
}

TEST_CASE("of a long text the passage with most matches is shown", "[search]") {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "filler words ";
  const std::size_t middle = text.size();
  text += "a lamp and another lamp stood there ";
  for (int i = 0; i < 200; ++i) text += "filler words ";
  text += "lamp";
  const auto pieces = MakeSnippet(text, {Where(text, "lamp", middle),
                                         Where(text, "lamp", middle + 10),
                                         {text.size() - 4, text.size()}});
  const std::string joined = Joined(pieces);
  CHECK(joined.find("a [lamp] and another [lamp] stood") != joined.npos);
  CHECK(joined.starts_with("… "));
  CHECK(joined.ends_with(" …"));
  CHECK(joined.size() < 340);
}

TEST_CASE("a snippet never cuts a character in two", "[search]") {
  // No spaces at all, three bytes each.
  std::string text;
  for (int i = 0; i < 400; ++i) text += "灯";
  for (std::size_t at = 0; at < 400; at += 37) {
    for (const SnippetPiece& piece : MakeSnippet(text, {{at * 3, at * 3 + 3}})) {
      CHECK(IsStorableText(piece.text));
    }
  }
}

TEST_CASE("a snippet never cuts what people see as one character", "[search]") {
  const std::string family = "👩‍👩‍👧‍👦";
  const std::string accented = "e\xcc\x81\xcc\xa3";  // An e with two marks of its own.
  for (const std::string& one : {family, accented, std::string("🇫🇷"), std::string("न्‍")}) {
    CAPTURE(one);
    std::string text;
    for (int i = 0; i < 120; ++i) text += one;
    for (std::size_t at = 0; at < text.size(); at += 7) {
      std::string shown;
      for (const SnippetPiece& piece : MakeSnippet(text, {{at, at + 1}})) {
        if (piece.text.find("…") != piece.text.npos) continue;
        CHECK(piece.text.size() % one.size() == 0);
        shown += piece.text;
      }
      CHECK(shown.size() >= one.size());
      CHECK(text.find(shown) != text.npos);
    }
  }
}

TEST_CASE("a mark covers whole characters, and a space with a mark on it is one", "[search]") {
  const std::string text = "un cafe\xcc\x81 noir";
  // As if the accent had been left out of the match.
  CHECK(Joined(MarkAll(text, {{3, 7}})) == "un [cafe\xcc\x81] noir");
  const std::string odd = std::string(70, 'a') + " \xcc\x88" + std::string(30, 'b') + " lamp";
  for (const SnippetPiece& piece : MakeSnippet(odd, {Where(odd, "lamp")})) {
    CHECK_FALSE(piece.text.starts_with("\xcc\x88"));
  }
}

TEST_CASE("a title is marked in whole", "[search]") {
  const std::string title = "The lamp and the second lamp";
  CHECK(Joined(MarkAll(title, {Where(title, "lamp"), Where(title, "lamp", 10)})) ==
        "The [lamp] and the second [lamp]");
  CHECK(Joined(MarkAll(title, {})) == title);
  CHECK(MarkAll("", {}).empty());
  const std::string longer(5000, 'x');
  CHECK(Joined(MarkAll(longer, {{10, 20}})).size() == longer.size() + 2);
}

}  // namespace heirloom
