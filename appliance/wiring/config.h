#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/log.h"
#include "appliance/base/result.h"

namespace heirloom {

// How this installation runs. Every path is absolute, every value in range. The keys, with what
// they are for: appliance/docs/configuration.md.
struct Config {
  std::filesystem::path data_dir;

  struct Storage {
    std::filesystem::path sqlite_file;
  } storage;

  struct Index {
    std::filesystem::path xapian_folder;
  } index;

  struct Http {
    std::string host;  // An address, never a name.
    int port = 0;      // 0: any free one.
    std::vector<std::string> trusted_proxies;
    std::vector<std::string> metrics_allow;
    std::filesystem::path web_root;
  } http;

  struct LogOutput {
    LogLevel level = LogLevel::kInfo;
    std::optional<LogFormat> format;  // Empty: text on a terminal, JSON otherwise.
  } log;
};

// A key that may be set. In the environment http.listen is HEIRLOOM_HTTP_LISTEN, with the elements
// of a list separated by commas.
struct ConfigKey {
  std::string_view name;
  bool is_list = false;
};
std::span<const ConfigKey> ConfigKeys();

// What somebody set, and where, in words: "heirloom.toml, line 4".
struct Setting {
  std::string key;
  std::vector<std::string> values;  // One, unless the key is a list.
  std::string source;
};

// Checks all settings, each key set at most once, and fills in the defaults. kInvalidArgument names
// everything that is wrong at once; `pointer` is the key.
Result<Config> MakeConfig(const std::vector<Setting>& settings);

// "is not known; did you mean …?"
std::string UnknownKey(std::string_view key);

}  // namespace heirloom
