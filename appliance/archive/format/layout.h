#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "appliance/base/random.h"

namespace heirloom::archive {

// Names of files in an archive. Letters a to z, digits, `-`, `_`, `.` and `/` alone, so that every
// file system of the last and next fifty years takes them, and no title can lead elsewhere.

inline constexpr std::int64_t kFormatVersion = 1;
inline constexpr std::string_view kManifest = "manifest.json";
inline constexpr std::string_view kSums = "SHA256SUMS";
inline constexpr std::string_view kReadme = "README.txt";
inline constexpr std::string_view kIndex = "index.html";

// Letters and digits of `title` with dashes between, without accents; at most 48. Empty for a title
// that has none of them.
std::string Slug(std::string_view title);

// "1968-1970" for 1968/1970, "undated" for nothing.
std::string WhenName(std::string_view edtf);

// What tells two things of the same name apart: the random end of the id.
std::string ShortId(const Id& id);

// "legacies/the-lamps-of-sandviken-8c1f2e3d4b5a".
std::string LegacyFolder(std::string_view title, std::string_view short_id);
// "stories/1968-1970-the-second-ternen-8c1f2e3d4b5a", below its legacy's folder.
std::string StoryFolder(std::string_view edtf, std::string_view title, std::string_view short_id);
std::string RevisionFile(std::int64_t number);  // "revisions/12.json"

// Whether a name may stand in an archive: relative, of the characters above, no part of dots alone.
bool IsSafeName(std::string_view name);

}  // namespace heirloom::archive
