#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "appliance/archive/format/temp_file.h"
#include "appliance/base/result.h"

struct archive;

namespace heirloom::archive {

// Writes a ZIP file (libarchive) that depends on nothing but names and contents: no times, no
// owners, one compression level. Not thread-safe.
class ZipWriter {
 public:
  // `out` must outlive this.
  static Result<ZipWriter> Begin(TempFile& out);
  ZipWriter(ZipWriter&&) noexcept;
  ~ZipWriter();

  // A whole file.
  Status Add(std::string_view name, std::string_view bytes);
  // A file that was collected on the disk.
  Status Add(std::string_view name, const TempFile& file);
  // Writes the directory at the end. Nothing is added after it.
  Status Finish();

 private:
  struct Sink;
  ZipWriter(std::unique_ptr<Sink> sink, struct ::archive* zip);
  Status BeginEntry(std::string_view name, std::uint64_t size);
  Status Write(std::string_view bytes);
  tl::unexpected<Error> Failure() const;

  std::unique_ptr<Sink> sink_;
  struct ::archive* zip_;
};

}  // namespace heirloom::archive
