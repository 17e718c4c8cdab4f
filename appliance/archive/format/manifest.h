#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "appliance/archive/format/temp_file.h"
#include "appliance/base/clock.h"

namespace heirloom::archive {

struct Counts {
  std::int64_t legacies = 0;
  std::int64_t stories = 0;
  std::int64_t revisions = 0;

  friend bool operator==(const Counts&, const Counts&) = default;
};

struct ManifestFile {
  std::uint64_t size = 0;
  std::string sha256;
};

struct Manifest {
  Counts counts;
  std::map<std::string, ManifestFile, std::less<>> files;  // All but the manifest itself.
};

// Collects the lines of manifest.json and SHA256SUMS on the disk while an archive is written.
class ManifestWriter {
 public:
  static Result<ManifestWriter> Begin(const std::filesystem::path& folder);

  Status Add(std::string_view name, std::uint64_t size, std::string_view sha256);
  // Of all files added so far.
  Result<TempFile> TakeSums();
  // The one line that tells two archives of the same content apart is `exported_at`.
  Result<TempFile> TakeManifest(Time exported_at, const Counts& counts);

 private:
  ManifestWriter(TempFile files, TempFile sums, std::filesystem::path folder);

  TempFile files_;
  TempFile sums_;
  std::filesystem::path folder_;
};

// kMalformed for what is no manifest, or one of a newer format.
Result<Manifest> ParseManifest(std::string_view json);

// Whether SHA256SUMS says the same as the manifest. kMalformed when not.
Status CheckSums(std::string_view sums, const Manifest& manifest);

}  // namespace heirloom::archive
