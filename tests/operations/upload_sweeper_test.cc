#include "appliance/operations/upload_sweeper.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "storage/files/files_blob_store.h"
#include "tests/support/manual_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

constexpr std::int64_t kDay = 24 * 3600;
const BlobKey kKey{"default", "film"};

struct Cellar {
  testing::TempFolder folder;
  testing::ManualClock clock;
  testing::SeededRandom random;
  std::unique_ptr<FilesBlobStore> store =
      OpenFilesBlobStore(folder / "blobs", clock, random).value();
  UploadSweeper sweeper{*store, clock};

  BlobUpload Begin() { return store->CreateUpload(kKey, {}).value(); }
  bool IsThere(const BlobUpload& upload) { return store->ListParts(upload, 0).has_value(); }
};

TEST_CASE("an upload is swept a week after it began, and not before") {
  Cellar cellar;
  const BlobUpload old = cellar.Begin();
  cellar.clock.AdvanceSeconds(6 * kDay);
  const BlobUpload young = cellar.Begin();
  REQUIRE(cellar.sweeper.Housekeep());
  CHECK(cellar.IsThere(old));
  cellar.clock.AdvanceSeconds(kDay + 1);
  REQUIRE(cellar.sweeper.Housekeep());
  CHECK_FALSE(cellar.IsThere(old));
  CHECK(cellar.IsThere(young));
}

TEST_CASE("the store is asked once in an hour, however often housekeeping comes") {
  Cellar cellar;
  REQUIRE(cellar.sweeper.Housekeep());
  cellar.clock.AdvanceSeconds(-10 * kDay);
  const BlobUpload old = cellar.Begin();
  cellar.clock.AdvanceSeconds(10 * kDay + 3'599);
  REQUIRE(cellar.sweeper.Housekeep());
  CHECK(cellar.IsThere(old));
  cellar.clock.AdvanceSeconds(1);
  REQUIRE(cellar.sweeper.Housekeep());
  CHECK_FALSE(cellar.IsThere(old));
}

}  // namespace
}  // namespace heirloom
