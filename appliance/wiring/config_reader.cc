#include "appliance/wiring/config_reader.h"

#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "appliance/wiring/config_file.h"

namespace heirloom {
namespace {

constexpr std::string_view kPrefix = "HEIRLOOM_";

std::string VariableOf(std::string_view key) {
  std::string name(kPrefix);
  for (const char c : key) {
    name += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  return name;
}

Setting MakeSetting(const ConfigKey& key, const std::string& text, std::string source) {
  return {std::string(key.name), key.IsList() ? SplitCommas(text) : std::vector<std::string>{text},
          std::move(source)};
}

void Put(std::vector<Setting>& settings, Setting setting) {
  const auto earlier = std::find_if(settings.begin(), settings.end(),
                                    [&](const Setting& s) { return s.key == setting.key; });
  if (earlier != settings.end()) settings.erase(earlier);
  settings.push_back(std::move(setting));
}

// A name that starts like one of ours but is none is a slip; other programs, such as the import
// client, have variables of their own.
bool NamesASection(std::string_view variable) {
  const auto keys = ConfigKeys();
  return std::any_of(keys.begin(), keys.end(), [&](const ConfigKey& key) {
    const std::size_t dot = key.name.find('.');
    if (dot == std::string_view::npos) return false;
    const std::string section = VariableOf(key.name.substr(0, dot + 1));
    return variable.substr(0, section.size()) == section;
  });
}

// http.trusted_proxies for HEIRLOOM_HTTP_TRUSTED_PROXIES, which has a dot where the section ends.
std::string KeyOf(std::string_view variable) {
  std::string key;
  for (const char c : variable.substr(kPrefix.size())) {
    key += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  const std::size_t underscore = key.find('_');
  if (underscore != std::string::npos) key[underscore] = '.';
  return key;
}

void ReadVariables(const std::map<std::string, std::string>& environment,
                   std::vector<Setting>& settings, std::vector<FieldError>& errors) {
  for (const auto& entry : environment) {
    const std::string& variable = entry.first;
    const auto keys = ConfigKeys();
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const ConfigKey& known) {
      return VariableOf(known.name) == variable;
    });
    if (key != keys.end()) {
      Put(settings, MakeSetting(*key, entry.second, variable));
    } else if (NamesASection(variable)) {
      errors.push_back({variable, UnknownKey(KeyOf(variable))});
    }
  }
}

}  // namespace

std::map<std::string, std::string> ReadEnvironment() {
  std::map<std::string, std::string> found;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || text.substr(0, kPrefix.size()) != kPrefix) continue;
    found.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return found;
}

SettingsRead ReadSettings(const ConfigSources& sources) {
  SettingsRead read;
  if (!sources.file.empty()) {
    Result<ConfigFile> file = ReadConfigFile(sources.file);
    if (file) {
      read.settings = std::move(file->settings);
      read.errors = std::move(file->errors);
    } else {
      read.errors = file.error().fields;
    }
  }
  ReadVariables(sources.environment, read.settings, read.errors);
  for (const ConfigKey& key : ConfigKeys()) {
    const auto flag = sources.flags.find(std::string(key.name));
    if (flag == sources.flags.end()) continue;
    Put(read.settings, MakeSetting(key, flag->second, "the command line"));
  }
  return read;
}

Result<Config> ReadConfig(const ConfigSources& sources) {
  SettingsRead read = ReadSettings(sources);
  Result<Config> config = MakeConfig(read.settings);
  if (!config) {
    const std::vector<FieldError>& more = config.error().fields;
    read.errors.insert(read.errors.end(), more.begin(), more.end());
  }
  if (!read.errors.empty()) return FailFields(std::move(read.errors));
  return config;
}

}  // namespace heirloom
