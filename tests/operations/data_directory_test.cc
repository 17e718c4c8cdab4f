#include "appliance/operations/data_directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

using testing::TempFolder;
using Missing = DataDirectory::Missing;

TEST_CASE("a new data directory is its owner's alone", "[data_directory]") {
  const TempFolder folder;
  const mode_t before = ::umask(0);
  const auto opened = DataDirectory::Open(folder / "a/b/data", Missing::kCreate);
  ::umask(before);
  REQUIRE(opened);
  struct stat about {};
  REQUIRE(::stat((folder / "a/b/data").c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0700);
}

TEST_CASE("a data directory that is not there is not made unasked", "[data_directory]") {
  const TempFolder folder;
  const auto opened = DataDirectory::Open(folder / "data", Missing::kRefuse);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == ErrorCode::kNotFound);
  CHECK_FALSE(std::filesystem::exists(folder / "data"));
}

TEST_CASE("a file is no data directory", "[data_directory]") {
  const TempFolder folder;
  testing::WriteFile(folder / "data", "");
  const auto opened = DataDirectory::Open(folder / "data", Missing::kCreate);
  REQUIRE_FALSE(opened);
  CHECK_THAT(opened.error().message, Catch::Contains((folder / "data").string()));
}

TEST_CASE("one at a time holds the lock, and it is told who", "[data_directory]") {
  const TempFolder folder;
  auto second = DataDirectory::Open(folder.Path(), Missing::kRefuse);
  REQUIRE(second);
  {
    auto first = DataDirectory::Open(folder.Path(), Missing::kRefuse);
    REQUIRE(first);
    REQUIRE(first->TryLock().value());
    CHECK_FALSE(second->TryLock().value());
    CHECK(second->LockHolder() == ::getpid());
  }
  CHECK(second->TryLock().value());
}

TEST_CASE("a lock that a dead process left is free", "[data_directory]") {
  const TempFolder folder;
  testing::WriteFile(folder / "lock", "4711\n");
  auto opened = DataDirectory::Open(folder.Path(), Missing::kRefuse);
  REQUIRE(opened);
  CHECK(opened->TryLock().value());
  CHECK(opened->LockHolder() == ::getpid());
}

TEST_CASE("a lock that is a link to elsewhere is not followed", "[data_directory]") {
  const TempFolder folder;
  testing::WriteFile(folder / "precious", "text");
  std::filesystem::create_symlink(folder / "precious", folder / "lock");
  auto opened = DataDirectory::Open(folder.Path(), Missing::kRefuse);
  REQUIRE(opened);
  CHECK_FALSE(opened->TryLock());
  CHECK(testing::ReadFile(folder / "precious") == "text");
}

TEST_CASE("root does not write into somebody else's installation", "[data_directory]") {
  if (::geteuid() != 0) {
    WARN("not run: only root can meet this");
    return;
  }
  const TempFolder folder;
  auto opened = DataDirectory::Open(folder.Path(), Missing::kRefuse);
  REQUIRE(opened);
  CHECK(opened->CheckOwner());
  REQUIRE(::chown(folder.Path().c_str(), 12345, 12345) == 0);
  const Status refused = opened->CheckOwner();
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Catch::Contains("12345"));
}

}  // namespace
}  // namespace heirloom
