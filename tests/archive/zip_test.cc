#include <fcntl.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include "tests/archive/sample.h"

namespace heirloom::archive {

TEST_CASE("a ZIP gives back what was put in, from a file as from memory", "[archive]") {
  const Files files = {{"empty", ""}, {"a/b.txt", "text"}, {"big", std::string(3u << 20, 'x')}};
  const std::string zip = Pack(files);
  CHECK(Unpack(zip) == files);
  const testing::TempFolder folder;
  testing::WriteFile(folder / "x.zip", zip);
  const int fd = ::open((folder / "x.zip").c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  for (int again = 0; again < 2; ++again) {
    Files read;
    CHECK(ReadZip(fd, {}, {nullptr, [&](const std::string& name, std::string bytes) {
                             read.emplace_back(name, std::move(bytes));
                             return Status();
                           }}));
    CHECK(read == files);
  }
  ::close(fd);
}

TEST_CASE("a file that is not wanted is not given", "[archive]") {
  std::vector<std::string> names;
  CHECK(ReadZip(Pack({{"a", "1"}, {"b", "2"}}), {},
                {[](std::string_view name) { return name == "b"; },
                 [&](const std::string& name, const std::string&) {
                   names.push_back(name);
                   return Status();
                 }}));
  CHECK(names == std::vector<std::string>{"b"});
}

TEST_CASE("a ZIP may hold more files than 16 bits can count", "[archive]") {
  Files files;
  for (int i = 0; i < 66'000; ++i) files.emplace_back("f" + std::to_string(i), "x");
  CHECK(Unpack(Pack(files)) == files);
}

TEST_CASE("a temporary file leaves nothing behind", "[archive]") {
  const testing::TempFolder folder;
  auto file = TempFile::Create(folder.Path());
  REQUIRE(file);
  REQUIRE(file->Append("one "));
  REQUIRE(file->Append(std::string(1u << 20, 'x')));
  REQUIRE(file->Append(" two"));
  REQUIRE(file->Flush());
  CHECK(file->Read(0, 4).value() == "one ");
  CHECK(file->Read(file->size() - 3, 100).value() == "two");
  CHECK(std::filesystem::is_empty(folder.Path()));
  CHECK(TempFile::Create(folder / "missing").error().code == ErrorCode::kUnavailable);
}

}  // namespace heirloom::archive
