#pragma once

#include <string>
#include <string_view>

namespace heirloom {

// For text between tags and inside quoted attributes.
std::string EscapeHtml(std::string_view text);

}  // namespace heirloom
