#pragma once

#include <filesystem>

#include "appliance/domain/finding.h"

namespace heirloom {

// What can be told of the data directory from outside its stores: whose it is, who may read it, how
// much room is left, and what was left behind.
void CheckDataDirectory(const std::filesystem::path& path, Findings& findings);

}  // namespace heirloom
