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

std::vector<std::string> SplitCommas(std::string_view text) {
  static constexpr std::string_view kBlanks = " \t";
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view part = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const std::size_t begin = part.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) continue;
    part = part.substr(begin, part.find_last_not_of(kBlanks) - begin + 1);
    parts.emplace_back(part);
  }
  return parts;
}

Setting MakeSetting(const ConfigKey& key, const std::string& text, std::string source) {
  return {std::string(key.name), key.is_list ? SplitCommas(text) : std::vector<std::string>{text},
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

Result<Config> ReadConfig(const ConfigSources& sources) {
  std::vector<Setting> settings;
  std::vector<FieldError> errors;
  if (!sources.file.empty()) {
    Result<ConfigFile> file = ReadConfigFile(sources.file);
    if (file) {
      settings = std::move(file->settings);
      errors = std::move(file->errors);
    } else {
      errors = file.error().fields;
    }
  }
  ReadVariables(sources.environment, settings, errors);
  for (const ConfigKey& key : ConfigKeys()) {
    const auto flag = sources.flags.find(std::string(key.name));
    if (flag == sources.flags.end()) continue;
    Put(settings, MakeSetting(key, flag->second, "the command line"));
  }
  Result<Config> config = MakeConfig(settings);
  if (!config) {
    const std::vector<FieldError>& more = config.error().fields;
    errors.insert(errors.end(), more.begin(), more.end());
  }
  if (!errors.empty()) return FailFields(std::move(errors));
  return config;
}

}  // namespace heirloom
