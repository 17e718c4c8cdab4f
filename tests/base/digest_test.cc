#include "appliance/base/digest.h"

#include <catch2/catch.hpp>

namespace heirloom {
namespace {

TEST_CASE("an HMAC is RFC 4231's, for short and long keys") {
  CHECK(ToHex(HmacSha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(ToHex(HmacSha256(std::string(131, '\xaa'),
                         "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("a CRC-32C is RFC 3720's, however the bytes come") {
  Crc32c whole;
  whole.Update("123456789");
  CHECK(whole.Value() == 0xE3069283);
  Crc32c zeros;
  for (int i = 0; i < 4; ++i) zeros.Update(std::string(8, '\0'));
  CHECK(zeros.Value() == 0x8A9136AA);
  CHECK(ToHex(zeros.Bytes()) == "8a9136aa");
  CHECK(Crc32c().Value() == 0);
}

TEST_CASE("hex and base64 come back as they were, and nothing else is taken for them") {
  const std::string bytes("\x00\xff\x10 a", 5);
  CHECK(ToHex(bytes) == "00ff102061");
  CHECK(FromHex("00ff102061") == bytes);
  CHECK_FALSE(FromHex("00f"));
  CHECK_FALSE(FromHex("0G"));
  CHECK_FALSE(FromHex("AA"));
  CHECK(ToBase64("\xfb\xff") == "+/8=");
  CHECK(FromBase64("+/8=") == "\xfb\xff");
  CHECK_FALSE(FromBase64("+/8"));
  CHECK_FALSE(FromBase64("-_8="));
}

}  // namespace
}  // namespace heirloom
