#include "appliance/http/file_body.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace heirloom::http {

Result<FileBody> FileBody::Whole(UniqueFd fd) {
  struct stat about {};
  if (::fstat(fd.get(), &about) != 0) {
    return Fail(ErrorCode::kInternal,
                std::string("cannot look at a file to send: ") + std::strerror(errno));
  }
  if (!S_ISREG(about.st_mode)) return Fail(ErrorCode::kInternal, "what is to be sent is no file");
  // Only a hint: so that the loop seldom waits for the disk.
  ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return FileBody(std::move(fd), 0, static_cast<std::uint64_t>(about.st_size));
}

}  // namespace heirloom::http
