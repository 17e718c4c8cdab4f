#pragma once

#include <string>
#include <string_view>

namespace heirloom::content {

// Where a text stands in its block, as far as it decides what must be escaped.
struct TextPlace {
  bool in_link = false;
  bool is_last = false;  // Nothing of the block comes after it.
};

// Appends `text` to `out`, the block's Markdown so far, so that a parser of CommonMark with
// GitHub's autolinks takes every character of it for itself.
void AppendEscaped(std::string& out, std::string_view text, const TextPlace& place);

// Blanks at the end of a line would be lost.
void ProtectTrailingBlank(std::string& out);

void AppendCode(std::string& out, std::string_view code);

// "](target "title")", which ends a link.
void AppendTarget(std::string& out, std::string_view href, std::string_view title);

}  // namespace heirloom::content
