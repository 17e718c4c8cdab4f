#include "appliance/domain/position.h"

#include <catch2/catch.hpp>
#include <limits>
#include <string>

namespace heirloom {

TEST_CASE("a position comes back from its text", "[domain][position]") {
  for (const Position& position :
       {Position{"e", 0}, Position{"018f4c3e-7b1a-7c2d-9e4f-0123456789ab", 42},
        Position{"Ab_9", std::numeric_limits<std::int64_t>::max()}}) {
    CHECK(ParsePosition(ToString(position)) == position);
  }
  CHECK(ToString(Position{"abc", 7}) == "abc.7");
}

TEST_CASE("a position has one spelling", "[domain][position]") {
  for (const std::string text :
       {"", ".", "abc", "abc.", ".7", "abc.-1", "abc.+1", "abc.07", "abc. 7", "abc.7 ", "abc.7.8",
        "abc.0x7", "a b.7", "a/b.7", "é.7", "abc.9223372036854775808", "abc.1e3"}) {
    INFO(text);
    CHECK_FALSE(ParsePosition(text));
  }
  CHECK(ParsePosition(std::string(64, 'e') + ".1"));
  CHECK_FALSE(ParsePosition(std::string(65, 'e') + ".1"));
}

}  // namespace heirloom
