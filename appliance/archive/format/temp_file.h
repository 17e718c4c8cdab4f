#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "appliance/base/result.h"

namespace heirloom::archive {

// A file without a name: gone with its last descriptor, however the process ends. Not thread-safe.
class TempFile {
 public:
  // In `folder`, which must be there. kUnavailable when the disk does not take it.
  static Result<TempFile> Create(const std::filesystem::path& folder);

  TempFile(TempFile&& other) noexcept;
  TempFile& operator=(TempFile&& other) noexcept;
  ~TempFile();

  // Collects small pieces; `Flush` writes them. kUnavailable when the disk is full, and already
  // when less than kLeaveFree would be left on it: the database needs that more.
  Status Append(std::string_view bytes);
  Status Flush();

  std::uint64_t size() const { return size_; }  // With what is not flushed yet.
  int descriptor() const { return fd_; }        // After Flush, all that was appended.
  // Fewer bytes than asked for only at the end.
  Result<std::string> Read(std::uint64_t offset, std::size_t length) const;

 private:
  explicit TempFile(int fd) : fd_(fd) {}
  Status CheckSpace() const;

  int fd_ = -1;
  std::uint64_t size_ = 0;
  std::uint64_t next_check_ = 0;
  std::string pending_;
};

inline constexpr std::uint64_t kLeaveFree = 64u << 20;

}  // namespace heirloom::archive
