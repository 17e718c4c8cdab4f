#include "appliance/base/encoding.h"

#include <catch2/catch.hpp>

#include "tests/support/seeded_random.h"

namespace heirloom {
namespace {

std::string RandomBytes(testing::SeededRandom& random, std::size_t size) {
  std::string bytes(size, '\0');
  random.Fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  return bytes;
}

}  // namespace

TEST_CASE("SHA-256 gives the digests of FIPS 180-4", "[base][encoding]") {
  CHECK(Sha256Hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(Sha256Hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(Sha256Hex(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("base64url is RFC 4648 section 5 without padding", "[base][encoding]") {
  CHECK(ToBase64Url("").empty());
  CHECK(ToBase64Url("f") == "Zg");
  CHECK(ToBase64Url("fo") == "Zm8");
  CHECK(ToBase64Url("foobar") == "Zm9vYmFy");
  CHECK(ToBase64Url("\xfb\xff\xbf") == "-_-_");
}

TEST_CASE("any bytes survive base64url and percent encoding", "[base][encoding]") {
  testing::SeededRandom random;
  for (std::size_t size = 0; size < 200; ++size) {
    const std::string bytes = RandomBytes(random, size);
    CHECK(FromBase64Url(ToBase64Url(bytes)) == bytes);
    CHECK(PercentDecode(PercentEncode(bytes)) == bytes);
    CHECK(PercentDecode(PercentEncode(bytes), true) == bytes);
  }
}

TEST_CASE("base64url has one spelling for each value", "[base][encoding]") {
  CHECK_FALSE(FromBase64Url("Zg=="));   // Padding.
  CHECK_FALSE(FromBase64Url("Zh"));     // Bits beyond the last byte.
  CHECK_FALSE(FromBase64Url("Z"));      // Less than a byte.
  CHECK_FALSE(FromBase64Url("+/+/"));   // The other alphabet.
  CHECK_FALSE(FromBase64Url("Zm 9v"));  // Blanks.
  CHECK_FALSE(FromBase64Url("Zm9v\n"));
  CHECK_FALSE(FromBase64Url(std::string_view("Zm\0v", 4)));
}

TEST_CASE("percent encoding leaves unreserved characters alone", "[base][encoding]") {
  CHECK(PercentEncode("AZaz09-._~") == "AZaz09-._~");
  CHECK(PercentEncode("a b+c/\xc3\xa9%") == "a%20b%2Bc%2F%C3%A9%25");
}

TEST_CASE("a broken escape is refused", "[base][encoding]") {
  CHECK_FALSE(PercentDecode("%"));
  CHECK_FALSE(PercentDecode("%4"));
  CHECK_FALSE(PercentDecode("abc%4"));
  CHECK_FALSE(PercentDecode("%4g"));
  CHECK_FALSE(PercentDecode("%-1"));
  CHECK(PercentDecode("%41%e9") == "A\xe9");
}

TEST_CASE("plus means a blank in forms alone", "[base][encoding]") {
  CHECK(PercentDecode("a+b") == "a+b");
  CHECK(PercentDecode("a+b%2B", true) == "a b+");
}

TEST_CASE("secrets are equal when every byte is", "[base][encoding]") {
  CHECK(ConstantTimeEquals("", ""));
  CHECK(ConstantTimeEquals("secret", "secret"));
  CHECK_FALSE(ConstantTimeEquals("secret", "secreT"));
  CHECK_FALSE(ConstantTimeEquals("Secret", "secret"));
  CHECK_FALSE(ConstantTimeEquals("secret", "secrets"));
  CHECK_FALSE(ConstantTimeEquals("secret", ""));
}

}  // namespace heirloom
