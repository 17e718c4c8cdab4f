#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "appliance/base/result.h"

namespace heirloom::archive {

// What a ZIP file may ask of who reads it.
struct ZipLimits {
  std::uint64_t max_entries = 1'000'000;
  std::uint64_t max_entry_bytes = 256u << 20;
  std::uint64_t max_total_bytes = std::uint64_t{64} << 30;
  // Bytes that come out for each byte of the file, once more than a hundred million came out.
  std::uint64_t max_ratio = 250;
};

// Gives every file of a ZIP, in its order, whole. Nothing is ever written to a disk, so no name can
// lead anywhere; names that could are refused all the same, and so are repeated ones, links,
// encrypted files, and whatever does not match its checksum. kMalformed says which file and what is
// wrong with it; kUnavailable when the ZIP itself cannot be read.
//
// `want` says whether a file is: others are passed over, checksum and all. `on_file` may end it
// with an error of its own.
struct ZipCallbacks {
  std::function<bool(std::string_view name)> want;
  std::function<Status(const std::string& name, std::string bytes)> on_file;
};

Status ReadZip(int descriptor, const ZipLimits& limits, const ZipCallbacks& callbacks);

// The same of bytes in memory, for tests and fuzzers.
Status ReadZip(std::string_view bytes, const ZipLimits& limits, const ZipCallbacks& callbacks);

}  // namespace heirloom::archive
