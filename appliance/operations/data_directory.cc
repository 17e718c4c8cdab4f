#include "appliance/operations/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>
#include <string_view>

namespace heirloom {
namespace {

constexpr char kLockName[] = "lock";
constexpr mode_t kOwnerOnly = 0700;

std::string Reason(int error) { return std::strerror(error); }

// Its parents, too, but those as the umask says.
Status Create(const std::filesystem::path& path) {
  std::error_code failed;
  std::filesystem::create_directories(path.parent_path(), failed);
  if (::mkdir(path.c_str(), kOwnerOnly) == 0 || errno == EEXIST) return {};
  return Fail(ErrorCode::kForbidden,
              "the data directory " + path.string() + " cannot be made: " + Reason(errno));
}

}  // namespace

Result<DataDirectory> DataDirectory::Open(const std::filesystem::path& path, Missing missing) {
  if (missing == Missing::kCreate) {
    if (const Status made = Create(path); !made) return ErrorOf(made);
  }
  http::UniqueFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) {
    const int error = errno;
    if (error == ENOENT) {
      return Fail(ErrorCode::kNotFound, "there is no data directory at " + path.string());
    }
    return Fail(ErrorCode::kForbidden,
                "the data directory " + path.string() + " cannot be opened: " + Reason(error));
  }
  return DataDirectory(path, std::move(folder));
}

Result<bool> DataDirectory::TryLock() {
  http::UniqueFd lock(
      ::openat(folder_.get(), kLockName, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock) {
    return Fail(ErrorCode::kForbidden,
                "the lock in " + path_.string() + " cannot be opened: " + Reason(errno));
  }
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return false;
    return Fail(ErrorCode::kUnavailable,
                "the data directory " + path_.string() + " cannot be locked: " + Reason(errno));
  }
  // Only for messages: that it could not be written harms nobody.
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock.get(), 0) == 0) {
    [[maybe_unused]] const auto written = ::pwrite(lock.get(), pid.data(), pid.size(), 0);
  }
  lock_ = std::move(lock);
  return true;
}

std::optional<int> DataDirectory::LockHolder() const {
  const http::UniqueFd lock(::openat(folder_.get(), kLockName, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  std::array<char, 32> text{};
  const ssize_t size = lock ? ::read(lock.get(), text.data(), text.size()) : -1;
  int pid = 0;
  if (size <= 0 || std::from_chars(text.data(), text.data() + size, pid).ec != std::errc()) {
    return std::nullopt;
  }
  return pid;
}

Status DataDirectory::CheckOwner() const {
  struct stat about {};
  if (::fstat(folder_.get(), &about) != 0 || ::geteuid() != 0 || about.st_uid == 0) return {};
  return Fail(ErrorCode::kForbidden, "the data directory " + path_.string() + " belongs to user " +
                                         std::to_string(about.st_uid) +
                                         "; run this as that user, or while its daemon runs");
}

}  // namespace heirloom
