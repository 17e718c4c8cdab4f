#pragma once

#include <string>
#include <vector>

#include "appliance/content/tree.h"

namespace heirloom::content {

// The inline content of one block as Markdown. Hard breaks are a backslash and a line end. What is
// written is read again, and where Markdown's rules of emphasis would not give the same back, in
// every way to write it, the emphasis is left away: words matter more.
std::string WriteInline(const std::vector<Node>& inlines);

}  // namespace heirloom::content
