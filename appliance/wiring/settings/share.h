#pragma once

#include <filesystem>

namespace heirloom {

// What belongs to the binary <prefix>/bin/heirloom: <prefix>/share/heirloom.
std::filesystem::path ShareFolder();

}  // namespace heirloom
