#include "storage/sqlite/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

namespace heirloom::sqlite {
namespace {

auto Failed(const std::string& doing, const std::filesystem::path& path, int error) {
  return Fail(ErrorCode::kUnavailable,
              "cannot " + doing + " " + path.string() + ": " + std::strerror(error));
}

Status Sync(const std::filesystem::path& path, int flags, const std::string& doing,
            const std::filesystem::path& shown) {
  const int file = ::open(path.c_str(), flags | O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  const int error = errno;
  if (file >= 0) ::close(file);
  if (!synced) return Failed(doing, shown, error);
  return {};
}

}  // namespace

Status MakePrivateFile(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return Failed("open", path, errno);
  ::close(file);
  return {};
}

Status SyncFile(const std::filesystem::path& path) { return Sync(path, 0, "sync", path); }

Status SyncFolderOf(const std::filesystem::path& path) {
  const std::filesystem::path parent = path.parent_path();
  return Sync(parent.empty() ? "." : parent, O_DIRECTORY, "sync the folder of", path);
}

Status NameDurably(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno == EEXIST) return Fail(ErrorCode::kConflict, to.string() + " is there already");
    // A file system without this flag; who else would make this very name just now?
    if (errno != EINVAL) return Failed("make", to, errno);
    if (::access(to.c_str(), F_OK) == 0) {
      return Fail(ErrorCode::kConflict, to.string() + " is there already");
    }
    if (::rename(from.c_str(), to.c_str()) != 0) return Failed("make", to, errno);
  }
  return SyncFolderOf(to);
}

}  // namespace heirloom::sqlite
