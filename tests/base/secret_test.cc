#include "appliance/base/secret.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

namespace fs = std::filesystem;
using testing::TempFolder;
using testing::WriteFile;

TEST_CASE("a secret that nobody gave is none", "[secret]") {
  CHECK_FALSE(Secret().IsSet());
  CHECK(Secret().Value().empty());
}

TEST_CASE("a secret can be given as it is", "[secret]") {
  const Secret secret = Secret::Literal("word\n");
  CHECK(secret.IsSet());
  CHECK(secret.Value() == "word\n");
}

TEST_CASE("a secret can be given as a file, whose last line break does not count", "[secret]") {
  const TempFolder folder;
  const auto [text, value] = GENERATE(table<std::string, std::string>(
      {{"word", "word"}, {"word\n", "word"}, {"word\r\n", "word"}, {"word\n\n", "word\n"}}));
  WriteFile(folder / "secret", text);
  CHECK(Secret::FromFile(folder / "secret").value().Value() == value);
}

TEST_CASE("a secret's file that is written anew is read again, by every copy", "[secret]") {
  const TempFolder folder;
  WriteFile(folder / "secret", "first");
  const Secret secret = Secret::FromFile(folder / "secret").value();
  const Secret copy = secret;  // NOLINT(performance-unnecessary-copy-initialization)
  WriteFile(folder / "secret", "the second");
  CHECK(secret.Value() == "the second");
  CHECK(copy.Value() == "the second");
}

TEST_CASE("a secret's file of the same length that takes another's place is read again",
          "[secret]") {
  const TempFolder folder;
  WriteFile(folder / "secret", "one");
  const Secret secret = Secret::FromFile(folder / "secret").value();
  WriteFile(folder / "new", "two");
  fs::rename(folder / "new", folder / "secret");
  CHECK(secret.Value() == "two");
}

TEST_CASE("a link on the way that is exchanged, as Kubernetes does, counts", "[secret]") {
  const TempFolder folder;
  for (const std::string name : {"one", "two"}) {
    fs::create_directory(folder / name);
    WriteFile(folder / name / "token", name);
  }
  fs::create_directory_symlink("one", folder / "data");
  fs::create_symlink("data/token", folder / "token");
  const Secret secret = Secret::FromFile(folder / "token").value();
  CHECK(secret.Value() == "one");
  fs::create_directory_symlink("two", folder / "data_new");
  fs::rename(folder / "data_new", folder / "data");
  fs::remove_all(folder / "one");
  CHECK(secret.Value() == "two");
}

TEST_CASE("while a secret's file is broken the last good secret stays", "[secret]") {
  const TempFolder folder;
  const fs::path path = folder / "secret";
  WriteFile(path, "good");
  const Secret secret = Secret::FromFile(path).value();
  SECTION("gone") { fs::remove(path); }
  SECTION("empty") { WriteFile(path, "\n"); }
  SECTION("too large") { WriteFile(path, std::string(Secret::kMaxBytes + 1, 'x')); }
  SECTION("a folder") {
    fs::remove(path);
    fs::create_directory(path);
  }
  SECTION("a pipe that nobody writes to") {
    fs::remove(path);
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  }
  CHECK(secret.Value() == "good");
  CHECK(secret.Value() == "good");
  fs::remove(path);
  WriteFile(path, "better");
  CHECK(secret.Value() == "better");
}

TEST_CASE("a secret's file that is broken from the start is refused, with its name", "[secret]") {
  const TempFolder folder;
  WriteFile(folder / "empty", "");
  for (const fs::path& path : {folder / "missing", folder / "empty", folder.Path()}) {
    const auto secret = Secret::FromFile(path);
    REQUIRE_FALSE(secret);
    CHECK_THAT(secret.error().message, Catch::Contains(path.string()));
  }
}

}  // namespace
}  // namespace heirloom
