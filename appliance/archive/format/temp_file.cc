#include "appliance/archive/format/temp_file.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace heirloom::archive {
namespace {

constexpr std::size_t kBuffer = 256u << 10;
constexpr std::uint64_t kCheckSpaceEvery = 16u << 20;

tl::unexpected<Error> DiskError(const char* what, int error) {
  return Fail(ErrorCode::kUnavailable, std::string(what) + ": " + std::strerror(error));
}

// For file systems without O_TMPFILE.
int MakeUnlinked(const std::filesystem::path& folder) {
  std::string name = (folder / "export-XXXXXX").string();
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd >= 0) ::unlink(name.c_str());
  return fd;
}

}  // namespace

Result<TempFile> TempFile::Create(const std::filesystem::path& folder) {
  int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
    fd = MakeUnlinked(folder);
  }
  if (fd < 0) return DiskError("a temporary file cannot be made", errno);
  TempFile file(fd);
  if (const Status space = file.CheckSpace(); !space) return ErrorOf(space);
  return file;
}

TempFile::TempFile(TempFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      size_(other.size_),
      next_check_(other.next_check_),
      pending_(std::move(other.pending_)) {}

TempFile& TempFile::operator=(TempFile&& other) noexcept {
  if (this == &other) return *this;
  if (fd_ >= 0) ::close(fd_);
  fd_ = std::exchange(other.fd_, -1);
  size_ = other.size_;
  next_check_ = other.next_check_;
  pending_ = std::move(other.pending_);
  return *this;
}

TempFile::~TempFile() {
  if (fd_ >= 0) ::close(fd_);
}

Status TempFile::CheckSpace() const {
  struct statvfs about {};
  if (::fstatvfs(fd_, &about) != 0) return DiskError("the disk cannot be looked at", errno);
  if (std::uint64_t{about.f_bavail} * about.f_frsize >= kLeaveFree + kCheckSpaceEvery) return {};
  return Fail(ErrorCode::kUnavailable, "the disk is nearly full");
}

Status TempFile::Append(std::string_view bytes) {
  pending_.append(bytes);
  size_ += bytes.size();
  return pending_.size() < kBuffer ? Status() : Flush();
}

Status TempFile::Flush() {
  if (size_ >= next_check_) {
    if (const Status space = CheckSpace(); !space) return space;
    next_check_ = size_ + kCheckSpaceEvery;
  }
  std::string_view rest = pending_;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return DiskError("a temporary file cannot be written", errno);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  pending_.clear();
  return {};
}

Result<std::string> TempFile::Read(std::uint64_t offset, std::size_t length) const {
  std::string bytes(length, '\0');
  std::size_t got = 0;
  while (got < length) {
    const ssize_t read =
        ::pread(fd_, bytes.data() + got, length - got, static_cast<off_t>(offset + got));
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return DiskError("a temporary file cannot be read", errno);
    if (read == 0) break;
    got += static_cast<std::size_t>(read);
  }
  bytes.resize(got);
  return bytes;
}

}  // namespace heirloom::archive
