#include "storage/files/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace heirloom::files {
namespace {

auto Failure(std::string_view what, const fs::path& path) {
  return tl::unexpected<Error>(ErrorOfSystem(what, path, errno));
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

Error ErrorOfSystem(std::string_view what, const fs::path& path, int number) {
  std::string message = "blobs: " + path.string() + " cannot be " + std::string(what) + ": ";
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      return {ErrorCode::kNotFound, message + "it is not there", {}, 0};
    case ENOSPC:
    case EDQUOT:
      return {ErrorCode::kUnavailable, message + "the disk is full", {}, 60};
    case EROFS:
      return {ErrorCode::kUnavailable, message + "the disk is read-only", {}, 60};
    case EMFILE:
    case ENFILE:
      return {ErrorCode::kUnavailable, message + "too many files are open", {}, 1};
    case EIO:
      return {ErrorCode::kInternal, message + "the disk fails", {}, 0};
    default:
      return {ErrorCode::kUnavailable, message + std::strerror(number), {}, 1};
  }
}

Result<Descriptor> CreateFile(const fs::path& path) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.number() < 0) return Failure("created", path);
  return file;
}

Result<Descriptor> OpenFile(const fs::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (file.number() < 0) return Failure("opened", path);
  return file;
}

Status WriteAll(const Descriptor& file, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(file.number(), bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return Failure("written", path);
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return {};
}

Result<std::size_t> ReadAt(const Descriptor& file, std::int64_t offset, char* piece,
                           std::size_t size, const fs::path& path) {
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t got = ::pread(file.number(), piece + filled, size - filled,
                                offset + static_cast<std::int64_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failure("read", path);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

Status SyncFile(const Descriptor& file, const fs::path& path) {
  if (::fsync(file.number()) != 0) return Failure("written to disk", path);
  return {};
}

Status SyncFolder(const fs::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.number() < 0) return Failure("opened", folder);
  return SyncFile(opened, folder);
}

Status MakeFolder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) == 0) return SyncFolder(folder.parent_path());
  if (errno == EEXIST) return {};
  if (errno != ENOENT || !folder.has_parent_path()) return Failure("created", folder);
  if (const Status above = MakeFolder(folder.parent_path()); !above) return above;
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return Failure("created", folder);
  return SyncFolder(folder.parent_path());
}

Status Rename(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return Failure("put in place", to);
  return {};
}

Status Link(const fs::path& from, const fs::path& to) {
  if (::link(from.c_str(), to.c_str()) != 0) return Failure("linked", from);
  return {};
}

Status Remove(const fs::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return Failure("removed", path);
  return {};
}

Result<std::string> ReadSmallFile(const fs::path& path) {
  constexpr std::size_t kMost = 1u << 20;
  const Result<Descriptor> file = OpenFile(path);
  if (!file) return ErrorOf(file);
  std::string text(kMost + 1, '\0');
  const Result<std::size_t> size = ReadAt(*file, 0, text.data(), text.size(), path);
  if (!size) return ErrorOf(size);
  if (*size > kMost) return Fail(ErrorCode::kInternal, "blobs: " + path.string() + " is too long");
  text.resize(*size);
  return text;
}

Status WriteSmallFile(const fs::path& path, const fs::path& scratch, std::string_view bytes) {
  const Result<Descriptor> file = CreateFile(scratch);
  if (!file) return ErrorOf(file);
  Status done = WriteAll(*file, bytes, scratch);
  if (done) done = SyncFile(*file, scratch);
  if (done) done = Rename(scratch, path);
  if (!done) static_cast<void>(::unlink(scratch.c_str()));
  return done;
}

Result<std::vector<std::string>> NamesIn(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    names.push_back(entry->path().filename().string());
  }
  if (failed && failed != std::errc::no_such_file_or_directory) {
    return tl::unexpected<Error>(ErrorOfSystem("listed", folder, failed.value()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace heirloom::files
