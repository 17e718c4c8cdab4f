#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "appliance/base/result.h"
#include "appliance/wiring/config.h"

namespace heirloom {

// Where settings come from. What stands later wins: default, file, environment, flags.
struct ConfigSources {
  std::filesystem::path file;                      // TOML; empty: none.
  std::map<std::string, std::string> environment;  // Names that start with HEIRLOOM_.
  std::map<std::string, std::string> flags;        // By key: "http.listen".
};

// The environment's variables that start with HEIRLOOM_.
std::map<std::string, std::string> ReadEnvironment();

// What is set, each key once, and what could not be read.
struct SettingsRead {
  std::vector<Setting> settings;
  std::vector<FieldError> errors;
};
SettingsRead ReadSettings(const ConfigSources& sources);

// Reads and checks everything; kInvalidArgument names all that is wrong, in any source.
Result<Config> ReadConfig(const ConfigSources& sources);

}  // namespace heirloom
