#include "appliance/base/grapheme.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace heirloom {
namespace {

// Where each character of `parts` begins, joined.
void CheckBorders(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += part;
  std::size_t begin = 0;
  for (const std::string& part : parts) {
    const std::size_t end = begin + part.size();
    CAPTURE(text, begin, end);
    CHECK(GraphemeBorderBefore(text, begin) == begin);
    CHECK(GraphemeBorderAfter(text, begin) == begin);
    for (std::size_t at = begin + 1; at < end; ++at) {
      CHECK(GraphemeBorderBefore(text, at) == begin);
      CHECK(GraphemeBorderAfter(text, at) == end);
    }
    begin = end;
  }
  CHECK(GraphemeBorderBefore(text, text.size()) == text.size());
  CHECK(GraphemeBorderAfter(text, text.size() + 5) == text.size());
}

}  // namespace

TEST_CASE("borders lie between what people see as characters", "[base]") {
  CheckBorders({"a", "b", " ", "c"});
  CheckBorders({"e\xcc\x81", "t", "e\xcc\x81\xcc\xa3"});
  CheckBorders({"👩‍👩‍👧‍👦", "👍🏽", "x", "🇫🇷", "🇩🇪", "🇬🇧"});
  CheckBorders({"한", "각", "ก", "นำ", "ที่"});
  CheckBorders({"\r\n", "\n", "a"});
  CheckBorders({" \xcc\x88", "a"});
  CheckBorders({"灯", "台", "の", "か\xe3\x82\x99"});
}

TEST_CASE("bytes that are not UTF-8 stand alone", "[base]") {
  CheckBorders({"a", "\xff", "\xff", "b"});
  CheckBorders({"é", "\xc3"});
}

TEST_CASE("a heap of marks does not take long", "[base]") {
  std::string heap = "e";
  for (int i = 0; i < 500'000; ++i) heap += "\xcc\x81";
  for (std::size_t at = 1; at < heap.size(); at += heap.size() / 10) {
    CHECK(GraphemeBorderBefore(heap, at) <= at);
    CHECK(GraphemeBorderAfter(heap, at) >= at);
  }
}

}  // namespace heirloom
