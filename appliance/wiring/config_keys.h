#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom {

// A key that may be set. In the environment http.listen is HEIRLOOM_HTTP_LISTEN, with the elements
// of a list separated by commas. For every secret K there is also K_file, which names the file that
// holds it.
struct ConfigKey {
  enum class Kind { kText, kList, kNumber, kSecret };

  std::string_view name;
  std::string_view otherwise;  // What holds when nobody sets it; of a list, separated by commas.
  Kind kind = Kind::kText;
  std::string (*otherwise_here)() = nullptr;  // Instead, where that depends on the machine.

  bool IsList() const { return kind == Kind::kList; }
  bool IsNumber() const { return kind == Kind::kNumber; }
  bool IsSecret() const { return kind == Kind::kSecret; }

  // What holds when nobody sets it: one value, unless the key is a list.
  std::vector<std::string> Otherwise() const;
};

// The only list of keys: what reads a file, the environment and flags, `config show`, and the check
// of the documentation go by it. In the order in which they are read, shown and documented. The
// sections in appliance/wiring/settings say what is in it.
std::span<const ConfigKey> ConfigKeys();

// Null when there is no such key.
const ConfigKey* FindConfigKey(std::string_view name);

// "is not known; did you mean …?"
std::string UnknownKey(std::string_view key);

// What somebody set, and where, in words: "heirloom.toml, line 4".
struct Setting {
  std::string key;
  std::vector<std::string> values;  // One, unless the key is a list.
  std::string source;
};

// The setting of a key; null when it is not among them.
const Setting* FindSetting(std::span<const Setting> settings, std::string_view key);

// What holds: each key that has a value, set or not, in the order of ConfigKeys(). The source of
// what nobody set is "default".
std::vector<Setting> WithDefaults(const std::vector<Setting>& settings);

// Splits "a, b": the elements of a list, without blanks around them.
std::vector<std::string> SplitCommas(std::string_view text);

}  // namespace heirloom
