#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "appliance/base/result.h"

namespace heirloom::files {

namespace fs = std::filesystem;

// An open file that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }

 private:
  int number_ = -1;
};

// The system's refusal in our words: kNotFound for what is not there, kUnavailable for a full or
// read-only disk and everything that may pass, kInternal for a disk that fails.
Error ErrorOfSystem(std::string_view what, const fs::path& path, int number);

// A new file that must not be there yet, mode 0600, and one to read from.
Result<Descriptor> CreateFile(const fs::path& path);
Result<Descriptor> OpenFile(const fs::path& path);

Status WriteAll(const Descriptor& file, std::string_view bytes, const fs::path& path);
// Fills `piece` from `offset`; less only at the end of the file.
Result<std::size_t> ReadAt(const Descriptor& file, std::int64_t offset, char* piece,
                           std::size_t size, const fs::path& path);
Status SyncFile(const Descriptor& file, const fs::path& path);
Status SyncFolder(const fs::path& folder);

// The folder and those above it, each durable, mode 0700.
Status MakeFolder(const fs::path& folder);
Status Rename(const fs::path& from, const fs::path& to);
Status Link(const fs::path& from, const fs::path& to);
// Fine when there is none.
Status Remove(const fs::path& path);

// A small file, whole. kNotFound when there is none; kInternal when it has more than 1 MiB.
Result<std::string> ReadSmallFile(const fs::path& path);
// Written, synced, and put in the place of what was there; durable once its folder was synced.
Status WriteSmallFile(const fs::path& path, const fs::path& scratch, std::string_view bytes);

// The names in a folder, sorted; none when there is no such folder.
Result<std::vector<std::string>> NamesIn(const fs::path& folder);

}  // namespace heirloom::files
