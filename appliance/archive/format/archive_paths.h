#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace heirloom::archive {

// What a file of an archive is, by its name alone.
struct FileKind {
  enum Kind { kUnknown, kTop, kLegacy, kMembers, kStory, kPage, kMarkdown, kRevision };
  Kind kind = kUnknown;
  std::string legacy_folder;  // "legacies/NAME"
  std::string story_folder;   // "legacies/NAME/stories/NAME"
  std::int64_t number = 0;    // Of a revision.
};

FileKind KindOf(std::string_view name);

}  // namespace heirloom::archive
