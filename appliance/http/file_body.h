#pragma once

#include <cstdint>
#include <memory>

#include "appliance/base/result.h"
#include "appliance/http/unique_fd.h"

namespace heirloom::http {

// A body that is a stretch of an open file. It goes from the file to the socket in bounded pieces:
// nothing of it is held in memory, and a slow reader holds no thread. The descriptor is closed when
// the last piece is out or the client is gone, so a file without a name (O_TMPFILE, or unlinked
// after open) disappears by itself. How a route answers with one:
//
//   Result<http::FileBody> file = http::FileBody::Whole(std::move(fd));
//   if (!file) return ErrorOf(file);
//   http::Response response;
//   response.Set("Content-Type", "application/zip");
//   response.Set("Content-Disposition", "attachment; filename=\"legacy.zip\"");
//   response.Set("ETag", "\"" + digest + "\"");  // Where there is one: for If-Range.
//   response.file = std::move(*file);
//
// Range, HEAD and preconditions are the listener's; such a body is never compressed. The stretch
// must not become shorter while it is sent: then the connection is cut, which the client sees.
// Cheap to copy: copies share the descriptor.
class FileBody {
 public:
  // The whole of a regular file. kInternal when it is none or cannot be looked at.
  static Result<FileBody> Whole(UniqueFd fd);

  FileBody(UniqueFd fd, std::uint64_t offset, std::uint64_t size)
      : fd_(std::make_shared<const UniqueFd>(std::move(fd))), offset_(offset), size_(size) {}

  int fd() const { return fd_->get(); }
  std::uint64_t offset() const { return offset_; }
  std::uint64_t size() const { return size_; }

 private:
  std::shared_ptr<const UniqueFd> fd_;
  std::uint64_t offset_;
  std::uint64_t size_;
};

}  // namespace heirloom::http
