#pragma once

#include <string_view>

namespace heirloom {

// Of this build: "0.1.0".
std::string_view Version();

}  // namespace heirloom
