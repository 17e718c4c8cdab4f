#include "storage/s3/s3_options.h"

#include <catch2/catch.hpp>

namespace heirloom::s3 {
namespace {

TEST_CASE("a bucket's URL says where it is, in either style") {
  const Options amazon = ParseUrl("s3://family-photos?region=eu-central-1").value();
  CHECK(amazon.BucketUrl() == "https://family-photos.s3.eu-central-1.amazonaws.com");
  const Options own = ParseUrl("s3://photos/?endpoint=http://127.0.0.1:9000&style=path").value();
  CHECK(own.BucketUrl() == "http://127.0.0.1:9000/photos");
  CHECK(own.region == "us-east-1");
  const Options two = ParseUrl(
                          "s3://photos?endpoint=http%3A%2F%2Fminio%3A9000&style=path"
                          "&public_endpoint=https%3A%2F%2Fmedia.example.org")
                          .value();
  CHECK(two.BucketUrl() == "http://minio:9000/photos");
  CHECK(two.BucketUrl(true) == "https://media.example.org/photos");
}

TEST_CASE("a URL that is no bucket is refused in words, and never shows a secret") {
  for (const char* url : {"s3:photos", "s3://", "s3://a", "s3://Photos", "s3://photos?colour=red",
                          "s3://photos?region=", "s3://photos?region=EU", "s3://photos?style=round",
                          "s3://photos?endpoint=ftp://x", "s3://photos?endpoint=https://x/path",
                          "s3://photos/folder", "s3://photos?endpoint=%zz"}) {
    INFO(url);
    const auto parsed = ParseUrl(url);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == ErrorCode::kInvalidArgument);
  }
  for (const char* url :
       {"s3://AKID:hush-hush@photos", "s3://photos?endpoint=https://a:hush-hush@x"}) {
    const auto parsed = ParseUrl(url);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().message.find("hush-hush") == std::string::npos);
  }
}

}  // namespace
}  // namespace heirloom::s3
