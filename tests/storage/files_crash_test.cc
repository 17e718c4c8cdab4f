#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <set>

#include "storage/files/disk.h"
#include "storage/files/files_blob_store.h"
#include "tests/contract/blob_store_fixture.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

using contract::Key;
using contract::Must;

// Writes for ever, and says each blob that it was told is kept: one byte for its number.
[[noreturn]] void WriteUntilKilled(const std::filesystem::path& folder, int acknowledge) {
  const SystemClock clock;
  SystemRandom random;
  const auto store = OpenFilesBlobStore(folder, clock, random);
  for (int i = 0; store; ++i) {
    const auto letter = static_cast<char>('a' + i % 26);
    const std::string bytes(static_cast<std::size_t>(1 + i * 7919 % 200'000), letter);
    const BlobKey key = Key("blob " + std::to_string(i % 40));
    bool kept = false;
    if (i % 3 == 2) {
      const auto upload = (*store)->CreateUpload(key, {});
      const auto part = upload ? (*store)->PutPart(*upload, 1, bytes) : ErrorOf(upload);
      kept = part && (*store)->CompleteUpload(*upload, {*part}, {});
    } else {
      kept = (*store)->Put(key, bytes, {}).has_value();
    }
    const auto number = static_cast<char>(i % 40);
    if (kept && ::write(acknowledge, &number, 1) != 1) ::_exit(1);
  }
  ::_exit(2);
}

TEST_CASE(
    "killed at any instant, every blob is whole or not there, and none that was kept is lost") {
  const testing::TempFolder folder;
  const SystemClock clock;
  SystemRandom random;
  std::set<int> kept;
  for (int round = 0; round < 12; ++round) {
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) WriteUntilKilled(folder / "blobs", pipe[1]);
    ::close(pipe[1]);
    // After so many acknowledgements, which falls anywhere in the next blob.
    char number = 0;
    for (int acknowledged = 0; acknowledged < 5 + round * 3; ++acknowledged) {
      REQUIRE(::read(pipe[0], &number, 1) == 1);
      kept.insert(number);
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(pipe[0], &number, 1) == 1) kept.insert(number);
    ::close(pipe[0]);
    const auto store = Must(OpenFilesBlobStore(folder / "blobs", clock, random));
    std::size_t there = 0;
    for (const BlobEntry& entry : contract::ListAll(*store, contract::kTenant, 1'000)) {
      const std::string bytes = contract::ReadAll(*store, entry.key);
      REQUIRE(static_cast<std::int64_t>(bytes.size()) == entry.size);
      REQUIRE(bytes.find_first_not_of(bytes.front()) == std::string::npos);
      ++there;
    }
    CHECK(there >= kept.size());
    Must(store->SweepUploads(Time::FromSeconds(32'503'680'000)));
    CHECK(contract::ListAll(*store, contract::kTenant, 1'000).size() == there);
  }
}

TEST_CASE("a disk that takes no more says so, and what was there stays") {
  const testing::TempFolder folder;
  const SystemClock clock;
  SystemRandom random;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const auto store = OpenFilesBlobStore(folder / "blobs", clock, random);
    bool good = store && (*store)->Put(Key("a"), "before", {});
    const struct rlimit most { 65'536, 65'536 };
    good = good && ::setrlimit(RLIMIT_FSIZE, &most) == 0;
    const auto refused = (*store)->Put(Key("a"), std::string(1'000'000, 'x'), {});
    good = good && !refused && refused.error().code == ErrorCode::kUnavailable;
    ::_exit(good ? 0 : 1);
  }
  int ended = 0;
  ::waitpid(child, &ended, 0);
  CHECK((WIFEXITED(ended) && WEXITSTATUS(ended) == 0));
  const auto store = Must(OpenFilesBlobStore(folder / "blobs", clock, random));
  CHECK(contract::ReadAll(*store, Key("a")) == "before");
  CHECK(files::ErrorOfSystem("written", "x", ENOSPC).message.find("the disk is full") !=
        std::string::npos);
  CHECK(files::ErrorOfSystem("written", "x", EROFS).code == ErrorCode::kUnavailable);
  CHECK(files::ErrorOfSystem("written", "x", EIO).code == ErrorCode::kInternal);
}

}  // namespace
}  // namespace heirloom
