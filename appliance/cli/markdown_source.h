#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "appliance/cli/story_source.h"

namespace heirloom::cli {

// A story out of a Markdown file's text. The front matter may name id, title, author, date (EDTF),
// language, place, tags and status. Without them the id is `file`, and the title is the first
// heading, or else the file's name; a heading that opens the text and becomes the title is taken
// out of it, since readers would see it twice.
SourceItem ReadMarkdownStory(const std::string& file, std::string text);

// All .md and .markdown files below a folder, hidden ones left out, sorted by path, so that an
// import takes the same order everywhere. Files are read as they come up. What cannot be read is an
// item with a problem. kNotFound when the folder itself cannot be opened.
Result<std::unique_ptr<StorySource>> ReadMarkdownFolder(const std::filesystem::path& folder);

// One Markdown file; its id is its name unless it says another.
std::unique_ptr<StorySource> ReadMarkdownFile(const std::filesystem::path& file);

}  // namespace heirloom::cli
