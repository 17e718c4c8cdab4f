#include "storage/s3/s3_answers.h"

#include <catch2/catch.hpp>

namespace heirloom::s3 {
namespace {

HttpResponse Object(const std::string& crc32c) {
  return {
      200,
      {{"Content-Length", "1048576"},
       {"Content-Type", "image/jpeg"},
       {"ETag", "\"9b2cf535f27731c974343645a3985328\""},
       {"Last-Modified", "Sun, 22 Nov 2026 08:15:59 GMT"},
       {"x-amz-meta-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
       {"x-amz-meta-crc32c", crc32c}},
      ""};
}

TEST_CASE("an object is what its headers say") {
  const BlobInfo info = InfoOf(Object("00a1b2c3"));
  CHECK(info.size == 1'048'576);
  CHECK(info.content_type == "image/jpeg");
  CHECK(info.etag == "9b2cf535f27731c974343645a3985328");
  CHECK(ToRfc3339(info.modified_at) == "2026-11-22T08:15:59.000000Z");
  CHECK(info.sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(info.crc32c == 0xa1b2c3U);
}

// Whatever wrote it: a sum that is wrong would call good bytes damaged.
TEST_CASE("a sum that is none is not taken for one") {
  for (const char* text : {"", "x", "00a1b2c3 ", "00a1b2cg", "0x00a1b2", "-1", "1ffffffff"}) {
    INFO(text);
    CHECK_FALSE(InfoOf(Object(text)).crc32c);
  }
  CHECK_FALSE(InfoOf({200, {}, ""}).crc32c);
}

TEST_CASE("a date that is none is the beginning of time") {
  CHECK(HttpDate("yesterday") == Time{});
  CHECK(IsoDate("2026-01-31") == Time{});
  CHECK(ToRfc3339(IsoDate("2026-01-31T08:15:00.123Z")) == "2026-01-31T08:15:00.000000Z");
}

}  // namespace
}  // namespace heirloom::s3
