#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "appliance/base/digest.h"
#include "appliance/base/result.h"
#include "storage/blob_store.h"
#include "storage/files/disk.h"

namespace heirloom::files {

// Bytes on their way into a file that nobody knows yet. Unless it is kept it removes itself.
class NewFile {
 public:
  static Result<NewFile> Create(fs::path path);
  ~NewFile();
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  Status Write(std::string_view bytes);
  // Appends what is in another file; kInternal when it has not these sums.
  Status Append(const fs::path& path, std::int64_t size, std::uint32_t crc32c);
  // Synced and moved to where it stays; its new folder is to be synced by the caller.
  Status MoveTo(const fs::path& path);

  std::int64_t size() const { return size_; }
  std::uint32_t crc32c() const { return sum_.Value(); }

 private:
  NewFile(fs::path path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {}

  fs::path path_;  // Empty once it was kept.
  Descriptor file_;
  std::int64_t size_ = 0;
  Crc32c sum_;
};

// Gives a span of an open file, whose record says `size` and `crc32c`, to `sink`.
Status ReadSpan(const Descriptor& file, const fs::path& path, std::int64_t size,
                std::uint32_t crc32c, const BlobSpan& span, const BlobSink& sink,
                const std::stop_token& stop);

}  // namespace heirloom::files
