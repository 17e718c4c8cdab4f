#include "appliance/promotion/blob_copies.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "storage/files/files_blob_store.h"
#include "tests/contract/blob_store_fixture.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

using contract::Key;
using contract::Must;

struct Stores {
  testing::TempFolder folder;
  testing::ManualClock clock;
  SystemRandom random;
  std::unique_ptr<FilesBlobStore> from = Must(OpenFilesBlobStore(folder / "from", clock, random));
  std::unique_ptr<FilesBlobStore> to = Must(OpenFilesBlobStore(folder / "to", clock, random));

  void Put(const BlobKey& key, std::string_view bytes) {
    PutOptions options;
    options.content_type = "image/jpeg";
    options.tags = {{"kind", "original"}};
    Must(from->Put(key, bytes, options));
  }
};

}  // namespace

TEST_CASE("a blob is copied with its type and tags", "[promotion]") {
  Stores stores;
  const BlobKey key = Key("photographs/märz/1.jpg");
  stores.Put(key, "\xff\xd8 bytes");
  CHECK(Must(promotion::CopyBlob(*stores.from, *stores.to, key)) == 8);
  const BlobInfo info = Must(stores.to->Head(key));
  CHECK(info.content_type == "image/jpeg");
  CHECK(Must(stores.to->Tags(key)) == BlobTags{{"kind", "original"}});
  CHECK(Must(DigestOf(*stores.to, key)).sha256 == Must(DigestOf(*stores.from, key)).sha256);
}

TEST_CASE("an empty blob is one, too", "[promotion]") {
  Stores stores;
  stores.Put(Key("empty"), "");
  CHECK(Must(promotion::CopyBlob(*stores.from, *stores.to, Key("empty"))) == 0);
  CHECK(Must(stores.to->Head(Key("empty"))).size == 0);
}

TEST_CASE("a blob that is there with the same bytes is left, another one is replaced",
          "[promotion]") {
  Stores stores;
  stores.Put(Key("a"), "one");
  Must(promotion::CopyBlob(*stores.from, *stores.to, Key("a")));
  const std::string first = Must(stores.to->Head(Key("a"))).etag;
  Must(promotion::CopyBlob(*stores.from, *stores.to, Key("a")));
  CHECK(Must(stores.to->Head(Key("a"))).etag == first);
  stores.Put(Key("a"), "two");
  Must(promotion::CopyBlob(*stores.from, *stores.to, Key("a")));
  CHECK(Must(DigestOf(*stores.to, Key("a"))).sha256 ==
        Must(DigestOf(*stores.from, Key("a"))).sha256);
}

TEST_CASE("a blob that is too large for one piece goes in parts", "[promotion]") {
  Stores stores;
  const BlobKey key = Key("film");
  const BlobUpload upload = Must(stores.from->CreateUpload(key, {}));
  std::string part(kMaxPutBytes, 'a');
  std::vector<BlobPart> parts;
  parts.push_back(Must(stores.from->PutPart(upload, 1, part)));
  parts.push_back(Must(stores.from->PutPart(upload, 2, "and its end")));
  Must(stores.from->CompleteUpload(upload, parts, {}));
  const std::int64_t size = static_cast<std::int64_t>(kMaxPutBytes) + 11;
  CHECK(Must(promotion::CopyBlob(*stores.from, *stores.to, key)) == size);
  CHECK(Must(DigestOf(*stores.to, key)).sha256 == Must(DigestOf(*stores.from, key)).sha256);
}

TEST_CASE("blobs are counted in every page of the list", "[promotion]") {
  Stores stores;
  for (int i = 0; i < 1'003; ++i) stores.Put(Key("n/" + std::to_string(i)), "12");
  const auto count = Must(promotion::CountBlobs(*stores.from, Key("x").tenant_id));
  CHECK(count == promotion::BlobCount{1'003, 2'006});
}

}  // namespace heirloom
