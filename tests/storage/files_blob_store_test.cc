#include "storage/files/files_blob_store.h"

#include <catch2/catch.hpp>

#include "tests/contract/blob_store_contract.h"
#include "tests/contract/blob_store_fixture.h"
#include "tests/storage/files_signed_door.h"
#include "tests/support/manual_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

using contract::CodeOf;
using contract::Key;
using contract::Must;
namespace fs = std::filesystem;

struct Room {
  testing::TempFolder folder;
  testing::ManualClock clock;
  SystemRandom random;

  std::unique_ptr<FilesBlobStore> Open() {
    return Must(OpenFilesBlobStore(folder / "blobs", clock, random));
  }
  contract::BlobStoreSetup Setup() {
    contract::BlobStoreSetup setup;
    auto store = Open();
    setup.send = testing::FilesSignedDoor(*store);
    setup.store = std::move(store);
    setup.pass = [this](int seconds) { clock.AdvanceSeconds(seconds); };
    return setup;
  }
  std::vector<fs::path> Files() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder / "blobs")) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    return files;
  }
};

TEST_CASE("blobs in files keep what a BlobStore promises: keeping", "[contract][blobs]") {
  Room room;
  contract::CheckBlobKeeping([&] { return room.Setup(); });
}
TEST_CASE("blobs in files keep what a BlobStore promises: reading", "[contract][blobs]") {
  Room room;
  contract::CheckBlobReading([&] { return room.Setup(); });
}
TEST_CASE("blobs in files keep what a BlobStore promises: tenants", "[contract][blobs]") {
  Room room;
  contract::CheckBlobTenants([&] { return room.Setup(); });
}
TEST_CASE("blobs in files keep what a BlobStore promises: uploads", "[contract][blobs]") {
  Room room;
  contract::CheckBlobUploads([&] { return room.Setup(); });
}
TEST_CASE("blobs in files keep what a BlobStore promises: signatures", "[contract][blobs]") {
  Room room;
  contract::CheckBlobSignatures([&] { return room.Setup(); });
}

TEST_CASE("nothing that people name becomes part of a path, and nothing is open to others") {
  Room room;
  const auto store = room.Open();
  Must(store->Put(Key("Grandma's SECRET letter.pdf"), "x", {}));
  for (const auto& entry : fs::recursive_directory_iterator(room.folder / "blobs")) {
    CHECK(entry.path().string().find("SECRET") == std::string::npos);
    const auto mode = entry.status().permissions();
    CHECK((mode & (fs::perms::group_all | fs::perms::others_all)) == fs::perms::none);
  }
}

TEST_CASE("overwriting, deleting and aborting leave no bytes behind") {
  Room room;
  const auto store = room.Open();
  const std::size_t empty = room.Files().size();
  for (int i = 0; i < 5; ++i) Must(store->Put(Key("a"), std::to_string(i), {}));
  Must(store->Copy(Key("a"), Key("b")));
  Must(store->Copy(Key("a"), Key("b")));
  Must(store->SetTags(Key("a"), {{"x", "y"}}));
  CHECK(room.Files().size() == empty + 4);
  Must(store->Delete(Key("a")));
  Must(store->Delete(Key("b")));
  const BlobUpload upload = Must(store->CreateUpload(Key("c"), {}));
  for (int i = 0; i < 3; ++i) Must(store->PutPart(upload, 1, "again"));
  Must(store->AbortUpload(upload));
  CHECK(room.Files().size() == empty);
}

TEST_CASE("damage on the disk is told, not served as if it were whole") {
  Room room;
  const auto store = room.Open();
  Must(store->Put(Key("a"), "the true bytes", {}));
  for (const fs::path& file : room.Files()) {
    if (testing::ReadFile(file) == "the true bytes") testing::WriteFile(file, "the trve bytes");
  }
  const auto read = contract::ReadSpan(*store, Key("a"), {});
  CHECK(CodeOf(read) == ErrorCode::kInternal);
  CHECK(read.error().message.find("damaged") != std::string::npos);
}

TEST_CASE("what a killed process left is swept when it is old, and nothing else is") {
  Room room;
  auto store = room.Open();
  Must(store->Put(Key("kept"), "kept", {}));
  fs::path folder;
  for (const fs::path& file : room.Files()) {
    if (file.string().find("tenants") != std::string::npos) folder = file.parent_path();
  }
  testing::WriteFile(folder / (std::string(64, 'a') + ".0123"), "bytes without a record");
  testing::WriteFile(room.folder / "blobs/tmp/half", "half");
  const std::size_t files = room.Files().size();
  Must(store->SweepUploads(Time::FromSeconds(1)));
  CHECK(room.Files().size() == files);
  Must(store->SweepUploads(Time::FromSeconds(32'503'680'000)));
  CHECK(room.Files().size() == files - 1);
  store.reset();
  store = room.Open();
  CHECK(room.Files().size() == files - 2);
  CHECK(contract::ReadAll(*store, Key("kept")) == "kept");
}

TEST_CASE("a folder that cannot be used, or that a newer version wrote, is refused in words") {
  Room room;
  testing::WriteFile(room.folder / "blobs", "a file in the way");
  CHECK_FALSE(OpenFilesBlobStore(room.folder / "blobs", room.clock, room.random));
  fs::remove(room.folder / "blobs");
  room.Open();
  testing::WriteFile(room.folder / "blobs/format", "2\n");
  const auto newer = OpenFilesBlobStore(room.folder / "blobs", room.clock, room.random);
  REQUIRE_FALSE(newer);
  CHECK(newer.error().message.find("newer version") != std::string::npos);
}

}  // namespace
}  // namespace heirloom
