#include "storage/s3/s3_blob_store.h"

#include <catch2/catch.hpp>

#include "tests/storage/s3_room.h"

namespace heirloom {
namespace {

using contract::Must;
using testing::S3Room;

TEST_CASE("blobs in a bucket keep what a BlobStore promises: keeping", "[contract][blobs]") {
  S3Room room;
  contract::CheckBlobKeeping([&] { return room.Setup(); });
}
TEST_CASE("blobs in a bucket keep what a BlobStore promises: reading", "[contract][blobs]") {
  S3Room room;
  contract::CheckBlobReading([&] { return room.Setup(); });
}
TEST_CASE("blobs in a bucket keep what a BlobStore promises: tenants", "[contract][blobs]") {
  S3Room room;
  contract::CheckBlobTenants([&] { return room.Setup(); });
}
TEST_CASE("blobs in a bucket keep what a BlobStore promises: uploads", "[contract][blobs]") {
  S3Room room;
  contract::CheckBlobUploads([&] { return room.Setup(); });
}
TEST_CASE("blobs in a bucket keep what a BlobStore promises: signatures", "[contract][blobs]") {
  S3Room room;
  contract::CheckBlobSignatures([&] { return room.Setup(); });
}

TEST_CASE("a bucket is made once, and one that is missing says how to make it") {
  S3Room room;
  const auto store = room.Open();
  const Status missing = store->Ping();
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::kUnavailable);
  CHECK(missing.error().message.find("heirloom migrate --provision") != std::string::npos);
  CHECK(Must(room.Provision()));
  CHECK_FALSE(Must(room.Provision()));
  Must(store->Ping());
}

TEST_CASE("keys that are wrong are told in words, without the keys") {
  S3Room room;
  Must(room.Provision());
  room.Use(aws::StaticCredentials("heirloom", Secret::Literal("another-secret")));
  const Status wrong = room.Open()->Ping();
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code == ErrorCode::kUnavailable);
  CHECK(wrong.error().message.find("secret access key is wrong") != std::string::npos);
  CHECK(wrong.error().message.find("another-secret") == std::string::npos);
  room.Use(aws::StaticCredentials("stranger", Secret::Literal("another-secret")));
  const Status stranger = room.Open()->Ping();
  REQUIRE_FALSE(stranger);
  CHECK(stranger.error().message.find("does not know our access key id") != std::string::npos);
  room.Use(aws::NoCredentials("set aws.access_key_id"));
  const Status none = room.Open()->Ping();
  REQUIRE_FALSE(none);
  CHECK(none.error().message.find("set aws.access_key_id") != std::string::npos);
}

}  // namespace
}  // namespace heirloom
