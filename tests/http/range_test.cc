#include "appliance/http/range.h"

#include <catch2/catch.hpp>

namespace heirloom::http {
namespace {

using Kind = RangeChoice::Kind;

TEST_CASE("one range of bytes is a part, cut to what there is", "[http][range]") {
  struct Case {
    std::string_view header;
    std::uint64_t from;
    std::uint64_t size;
  };
  const std::vector<Case> cases = {
      {"bytes=0-0", 0, 1},
      {"bytes=0-99", 0, 100},
      {"bytes=10-19", 10, 10},
      {"bytes=10-", 10, 90},
      {"bytes=99-", 99, 1},
      {"bytes=50-1000", 50, 50},
      {"bytes=-1", 99, 1},
      {"bytes=-100", 0, 100},
      {"bytes=-5000", 0, 100},
      {"BYTES= 1-2 ", 1, 2},
      {"bytes=007-008", 7, 2},
      {"bytes=0-99999999999999999999999999999", 0, 100},
      {"bytes=-99999999999999999999999999999", 0, 100},
  };
  for (const Case& each : cases) {
    INFO(each.header);
    const RangeChoice choice = ChooseRange(each.header, 100);
    CHECK(choice.kind == Kind::kPart);
    CHECK(choice.from == each.from);
    CHECK(choice.size == each.size);
  }
}

TEST_CASE("a range behind the end cannot be had", "[http][range]") {
  for (const char* header : {"bytes=100-", "bytes=100-200", "bytes=-0", "bytes=-000",
                             "bytes=99999999999999999999999999999-"}) {
    INFO(header);
    CHECK(ChooseRange(header, 100).kind == Kind::kUnsatisfiable);
  }
  CHECK(ChooseRange("bytes=0-", 0).kind == Kind::kUnsatisfiable);
}

TEST_CASE("what is no range, or several, is the whole", "[http][range]") {
  for (const char* header :
       {"", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=5-2", "bytes=a-b", "bytes=1-2-3",
        "bytes= - 5", "bytes=1 -2", "bytes=+1-2", "bytes=0x1-2", "chars=0-1", "bytes 0-1",
        "bytes=0-1,", "bytes=0-1,5-6", "bytes=0-0,0-0,0-0", "bytes=,", "bytes=--5"}) {
    INFO(header);
    CHECK(ChooseRange(header, 100).kind == Kind::kWhole);
  }
  CHECK(ChooseRange("bytes=-5", 0).kind == Kind::kWhole);
}

TEST_CASE("Content-Range counts as RFC 9110 does", "[http][range]") {
  CHECK(ContentRangeOf({Kind::kPart, 0, 1}, 100) == "bytes 0-0/100");
  CHECK(ContentRangeOf({Kind::kPart, 90, 10}, 100) == "bytes 90-99/100");
  CHECK(ContentRangeOf({Kind::kUnsatisfiable, 0, 0}, 100) == "bytes */100");
}

}  // namespace
}  // namespace heirloom::http
