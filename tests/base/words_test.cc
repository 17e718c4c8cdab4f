#include "appliance/base/words.h"

#include <catch2/catch.hpp>
#include <string>

namespace heirloom {
namespace {

using Words = std::vector<std::string_view>;

}  // namespace

TEST_CASE("text is cut into words, spaces and signs", "[text]") {
  CHECK(SplitWords("").empty());
  CHECK(SplitWords("Oma's boat, 1957.") == Words{"Oma's", " ", "boat", ",", " ", "1957", "."});
  CHECK(SplitWords("don’t ‘quote’") == Words{"don’t", " ", "‘", "quote", "’"});
  CHECK(SplitWords("one  two\n\nthree") == Words{"one", "  ", "two", "\n\n", "three"});
  CHECK(SplitWords("Größe e\u0301te\u0301") == Words{"Größe", " ", "e\u0301te\u0301"});
}

TEST_CASE("scripts without spaces are cut by what people count as characters", "[text]") {
  CHECK(SplitWords("船は沈") == Words{"船", "は", "沈"});
  CHECK(SplitWords("ก็ดี") == Words{"ก็", "ดี"});
  CHECK(SplitWords("か\u3099") == Words{"か\u3099"});
}

TEST_CASE("a sign and what belongs to it stay together", "[text]") {
  CHECK(SplitWords("👩‍👧👍🏽!") == Words{"👩‍👧", "👍🏽", "!"});
}

TEST_CASE("the pieces are the text", "[text]") {
  const std::string text = "Ça—va? 船 'x' \u200d\u0301 <b>\t\r\n '";
  std::string joined;
  for (const std::string_view piece : SplitWords(text)) {
    CHECK_FALSE(piece.empty());
    joined += piece;
  }
  CHECK(joined == text);
}

}  // namespace heirloom
