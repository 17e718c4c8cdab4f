#pragma once

#include <string>
#include <string_view>

#include "appliance/archive/format/documents.h"

namespace heirloom::archive {

// What of an archive is for people: pages without scripts that open from a file system, print, and
// follow the reader's light or dark, and Markdown with front matter that `heirloom import stories`
// reads.

std::string ReadmeText();

// kInternal when the story's document is damaged.
Result<std::string> StoryPage(const ArchivedStory& story, std::string_view legacy_title);
Result<std::string> StoryMarkdown(const ArchivedStory& story);

// index.html from its start to its end, in pieces.
std::string IndexBegin();
std::string IndexLegacy(const ArchivedLegacy& legacy);
std::string IndexStory(const ArchivedStory& story, std::string_view folder);
std::string IndexLegacyEnd();
std::string IndexEnd();

}  // namespace heirloom::archive
