#include "appliance/wiring/config_keys.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "appliance/wiring/settings/section.h"

namespace heirloom {
namespace {

// The number of single-letter edits between two names.
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::vector<ConfigKey> KeysOfAllSections() {
  std::vector<ConfigKey> keys;
  for (const ConfigSection& section : ConfigSections()) {
    keys.insert(keys.end(), section.keys.begin(), section.keys.end());
  }
  return keys;
}

}  // namespace

std::vector<std::string> ConfigKey::Otherwise() const {
  if (IsList()) return SplitCommas(otherwise);
  return {otherwise_here ? otherwise_here() : std::string(otherwise)};
}

std::span<const ConfigKey> ConfigKeys() {
  static const std::vector<ConfigKey> keys = KeysOfAllSections();
  return keys;
}

const ConfigKey* FindConfigKey(std::string_view name) {
  const std::span<const ConfigKey> keys = ConfigKeys();
  const auto found = std::find_if(keys.begin(), keys.end(),
                                  [&](const ConfigKey& key) { return key.name == name; });
  return found == keys.end() ? nullptr : &*found;
}

std::string UnknownKey(std::string_view key) {
  const std::span<const ConfigKey> keys = ConfigKeys();
  const auto nearest =
      std::min_element(keys.begin(), keys.end(), [&](const ConfigKey& a, const ConfigKey& b) {
        return Distance(key, a.name) < Distance(key, b.name);
      });
  if (Distance(key, nearest->name) > std::max<std::size_t>(2, key.size() / 2))
    return "is not known";
  return "is not known; did you mean " + std::string(nearest->name) + "?";
}

const Setting* FindSetting(std::span<const Setting> settings, std::string_view key) {
  const auto found = std::find_if(settings.begin(), settings.end(),
                                  [&](const Setting& setting) { return setting.key == key; });
  return found == settings.end() ? nullptr : &*found;
}

std::vector<Setting> WithDefaults(const std::vector<Setting>& settings) {
  std::vector<Setting> effective;
  for (const ConfigKey& key : ConfigKeys()) {
    if (const Setting* set = FindSetting(settings, key.name)) {
      effective.push_back(*set);
      continue;
    }
    std::vector<std::string> values = key.Otherwise();
    if (!key.IsList() && values.front().empty()) continue;
    effective.push_back({std::string(key.name), std::move(values), "default"});
  }
  return effective;
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

}  // namespace heirloom
