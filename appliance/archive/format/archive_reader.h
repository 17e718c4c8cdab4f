#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/archive/format/documents.h"
#include "appliance/archive/format/manifest.h"
#include "appliance/archive/format/zip_reader.h"

namespace heirloom::archive {

// A ZIP that can be read more than once: ReadZip of a descriptor or of bytes.
using ZipSource = std::function<Status(const ZipCallbacks&)>;

struct CheckedStory {
  std::string folder;
  std::size_t legacy = 0;  // Of CheckedArchive::legacies.
  Id id;
  std::int64_t revision_count = 0;
  Time created_at;
  Time updated_at;
};

// An archive of which every file was looked at: names, sizes, SHA-256, shape, chains of revisions.
struct CheckedArchive {
  Manifest manifest;
  std::vector<ArchivedLegacy> legacies;
  std::vector<CheckedStory> stories;  // By folder.
};

// kMalformed with a sentence that names the first file that is wrong and says what is wrong with
// it. Memory: some hundred bytes a file, and one file at a time.
Result<CheckedArchive> CheckArchive(const ZipSource& zip);

// Gives every revision's file again, those of one story in order, and all of one story before the
// next one's as far as the ZIP has them so. It is compared with the manifest once more. An error of
// `on_revision` ends it.
using OnRevision =
    std::function<Status(const CheckedStory& story, std::int64_t number, std::string json)>;
Status ReadRevisions(const ZipSource& zip, const CheckedArchive& archive,
                     const OnRevision& on_revision);

}  // namespace heirloom::archive
