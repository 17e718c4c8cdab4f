#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "appliance/archive/format/documents.h"
#include "appliance/archive/format/manifest.h"
#include "appliance/archive/format/temp_file.h"
#include "appliance/archive/format/zip_writer.h"

namespace heirloom::archive {

// Writes an archive front to back: BeginLegacy, then for each of its stories AddStory and all its
// revisions in order, then EndLegacy; at last Finish. What is given alike comes out alike, byte for
// byte, but for the manifest's time. Memory: one file of a story at a time; the rest is on the
// disk. After an error nothing more may be called. Not thread-safe.
class ArchiveWriter {
 public:
  // Everything is written into `folder`, in files without names.
  static Result<ArchiveWriter> Begin(const std::filesystem::path& folder);

  // `name`: what tells it apart from others of its title, ShortId or the whole id.
  Status BeginLegacy(const ArchivedLegacy& legacy, std::string_view name);
  Status AddStory(const ArchivedStory& story, std::string_view name);
  Status AddRevision(const ArchivedRevision& revision);
  Status EndLegacy();

  Result<TempFile> Finish(Time exported_at);

 private:
  ArchiveWriter(std::filesystem::path folder, std::unique_ptr<TempFile> out, ZipWriter zip,
                ManifestWriter manifest, TempFile index);
  Status Add(const std::string& name, std::string_view bytes);
  Status Add(std::string_view name, const TempFile& file);

  std::filesystem::path folder_;
  std::unique_ptr<TempFile> out_;  // Where `zip_` writes: it must not move.
  ZipWriter zip_;
  ManifestWriter manifest_;
  TempFile index_;
  Counts counts_;
  std::string legacy_title_;
  std::string legacy_folder_;
  std::string story_folder_;
};

}  // namespace heirloom::archive
