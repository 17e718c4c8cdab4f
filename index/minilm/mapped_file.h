#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "appliance/base/result.h"

namespace heirloom::minilm {

// A file's bytes as memory, read from the disk when they are first looked at and shared with every
// process that maps the same file. The file must not be cut short while it is open: models are
// installed beside the binary and never written. Movable. Thread-safe to read.
class MappedFile {
 public:
  // kUnavailable when it is not there or cannot be read; the message names it.
  static Result<MappedFile> Open(const std::filesystem::path& path);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  std::span<const std::byte> Bytes() const { return {data_, size_}; }

 private:
  MappedFile(const std::byte* data, std::size_t size) : data_(data), size_(size) {}

  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace heirloom::minilm
