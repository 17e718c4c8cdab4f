#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.h"

namespace heirloom::cli {

// A Markdown file in its two parts, views into the text given.
struct SplitMarkdown {
  std::string_view front;  // YAML, between the fences; empty when there is none.
  std::string_view body;
};

// The front matter stands between a first line `---` and the next line `---` or `...`. kMalformed
// when the second fence is missing. `text` has LF line ends and no byte order mark.
Result<SplitMarkdown> SplitFrontMatter(std::string_view text);

// What the front matter says, as it is written: YAML 1.1 would take 1916-01-15 for a timestamp and
// `no` for false, but here every value is its text.
struct FrontMatter {
  // id, title, author, date, language, place, status: those that are there and not null.
  std::map<std::string, std::string, std::less<>> texts;
  std::vector<std::string> tags;  // A list, or one text with commas.
};

// kMalformed, with the line in the file, for what is no YAML or longer than 64 KiB, and for what
// stories have no use for: anchors and aliases (and so no "billion laughs"), a field given twice, a
// field that is no text. Fields of other names are passed over, whatever they hold.
Result<FrontMatter> ParseFrontMatter(std::string_view yaml);

}  // namespace heirloom::cli
