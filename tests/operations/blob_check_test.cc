#include "appliance/operations/blob_check.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "storage/files/files_blob_store.h"
#include "tests/support/household.h"

namespace heirloom {
namespace {

namespace fs = std::filesystem;

struct Cellar {
  testing::Household house;
  std::unique_ptr<FilesBlobStore> store =
      OpenFilesBlobStore(house.folder / "blobs", house.clock, house.random).value();
  Findings findings;
  NoProgress progress;

  Cellar() { house.Person("ada"); }

  void Put(const std::string& name, const std::string& bytes,
           const std::string& tenant = std::string(kDefaultTenant)) {
    REQUIRE(store->Put({tenant, name}, bytes, {}));
  }
  std::int64_t Check(std::int64_t most_bytes = kBlobBytesRead) {
    return CheckBlobs(*house.database, *store, findings, progress, most_bytes).value();
  }
  // The file that holds exactly these bytes.
  fs::path FileOf(const std::string& bytes) const {
    for (const auto& entry : fs::recursive_directory_iterator(house.folder / "blobs")) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string there((std::istreambuf_iterator<char>(file)), {});
      if (there == bytes) return entry.path();
    }
    FAIL("nothing holds these bytes");
    return {};
  }
  std::vector<std::string> Errors() const {
    std::vector<std::string> errors;
    for (const Finding& finding : findings.list()) {
      CHECK(finding.check == "blobs");
      if (finding.severity == Finding::Severity::kError) errors.push_back(finding.what);
    }
    return errors;
  }
};

TEST_CASE("blobs that are what was put are counted and nothing is said") {
  Cellar cellar;
  CHECK(cellar.Check() == 0);
  for (int i = 0; i < 3; ++i)
    cellar.Put("photo/" + std::to_string(i), "bytes " + std::to_string(i));
  CHECK(cellar.Check() == 3);
  CHECK(cellar.findings.list().empty());
}

TEST_CASE("a blob whose bytes rotted is named, and the others are still looked at") {
  Cellar cellar;
  cellar.Put("a", "the first of three");
  cellar.Put("b", "the second of three");
  cellar.Put("c", "the third of three");
  const fs::path file = cellar.FileOf("the second of three");
  std::ofstream(file, std::ios::binary | std::ios::trunc) << "the second of thrEe";
  CHECK(cellar.Check() == 3);
  const auto errors = cellar.Errors();
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].find("blob b of tenant default") == 0);
}

TEST_CASE("a blob that lost its end, or its file, is named") {
  Cellar cellar;
  cellar.Put("short", "whole once upon a time");
  cellar.Put("gone", "here once upon a time");
  std::ofstream(cellar.FileOf("whole once upon a time"), std::ios::trunc) << "whole";
  fs::remove(cellar.FileOf("here once upon a time"));
  CHECK(cellar.Check() == 2);
  CHECK(cellar.Errors().size() == 2);
}

TEST_CASE("past its bound a look counts what it does not read, and says so") {
  Cellar cellar;
  cellar.Put("a", std::string(100, 'a'));
  cellar.Put("b", std::string(100, 'b'));
  std::ofstream(cellar.FileOf(std::string(100, 'a')), std::ios::trunc) << "A";
  std::ofstream(cellar.FileOf(std::string(100, 'b')), std::ios::trunc) << "B";
  CHECK(cellar.Check(150) == 2);
  CHECK(cellar.Errors().size() == 1);
  CHECK(cellar.findings.Count(Finding::Severity::kNote) == 1);
  CHECK(cellar.findings.list().back().what.find("1 of 2 blobs") == 0);
}

TEST_CASE("a look at the blobs that nobody waits for any more ends") {
  class CalledOff final : public Progress {
    void Show(std::string_view, std::int64_t, std::int64_t) override {}
    bool Cancelled() const override { return true; }
  };
  Cellar cellar;
  cellar.Put("a", "bytes");
  CalledOff progress;
  const auto checked = CheckBlobs(*cellar.house.database, *cellar.store, cellar.findings, progress);
  REQUIRE_FALSE(checked);
  CHECK(checked.error().code == ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace heirloom
