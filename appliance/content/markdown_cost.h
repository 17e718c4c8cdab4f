#pragma once

#include <string_view>

namespace heirloom::content {

// The parser we have (cmark-gfm 0.29.0.gfm.6) needs quadratic or worse time for some texts and
// copies a link's definition for each use of it, which lets one megabyte ask for gigabytes; it
// ends the process when memory ends. What people write is far from that, so such texts are told
// by counting, in one pass, and get less of Markdown.
struct MarkdownCost {
  bool can_parse = true;     // Otherwise take the text as it stands.
  bool can_autolink = true;  // Otherwise leave bare addresses alone.
};

MarkdownCost EstimateCost(std::string_view markdown);

}  // namespace heirloom::content
