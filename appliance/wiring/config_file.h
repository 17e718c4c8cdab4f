#pragma once

#include <filesystem>
#include <vector>

#include "appliance/base/result.h"
#include "appliance/wiring/config.h"

namespace heirloom {

struct ConfigFile {
  std::vector<Setting> settings;
  std::vector<FieldError> errors;  // Unknown keys, values of the wrong kind.
};

// Reads a TOML file. kInvalidArgument when it cannot be read or is no TOML, with the line.
Result<ConfigFile> ReadConfigFile(const std::filesystem::path& path);

}  // namespace heirloom
