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

}  // namespace heirloom
