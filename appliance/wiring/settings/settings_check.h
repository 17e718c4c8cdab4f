#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "appliance/base/result.h"
#include "appliance/base/secret.h"
#include "appliance/wiring/config_keys.h"

namespace heirloom {

// Reads settings by key, with what holds where nobody set one, and collects what is wrong with
// them. What is read of a wrong setting is harmless, so that reading goes on. A key that is asked
// for must be one of ConfigKeys(). For one thread.
class SettingsCheck {
 public:
  // `settings`, each key at most once, must live as long.
  explicit SettingsCheck(std::span<const Setting> settings) : settings_(settings) {}

  bool IsSet(std::string_view key) const { return FindSetting(settings_, key) != nullptr; }
  std::string Text(std::string_view key) const;
  std::vector<std::string> List(std::string_view key) const;

  // `problem` follows the key in what is shown: "is not set".
  void Add(std::string_view key, std::string problem);
  // Adds `problem` to each key with this prefix that has a value of its own. What `config show`
  // prints, defaults included, is a configuration too.
  void RefuseAllOf(std::string_view prefix, const std::string& problem);

  std::vector<FieldError> TakeErrors() { return std::move(errors_); }

 private:
  std::vector<std::string> Values(std::string_view key) const;

  std::span<const Setting> settings_;
  std::vector<FieldError> errors_;
};

// What is written as a relative path counts from where the process was started.
std::filesystem::path AbsolutePath(const std::filesystem::path& path);

// A secret stands in its key, or in the file that <key>_file names.
Secret ReadSecret(SettingsCheck& check, const std::string& key);

// A file that must be there when it is named; empty when it is not.
std::filesystem::path ReadFileName(SettingsCheck& check, std::string_view key);

// What is embedded lies inside the data directory: its lock and its backup cover nothing else.
// `or_else` names what else there is, for who wrote something that there is not.
std::filesystem::path ReadEmbedded(SettingsCheck& check, std::string_view key,
                                   std::string_view scheme, const std::filesystem::path& data_dir,
                                   std::string_view or_else);

// From `least`, which `least_words` explains, to `most`; `least` when it is neither.
std::int64_t ReadNumber(SettingsCheck& check, std::string_view key, std::int64_t least,
                        std::int64_t most, std::string_view least_words = "");

template <typename Value>
struct Choice {
  std::string_view name;
  Value value;
};

// One of few words; the first when it is none of them.
template <typename Value, std::size_t kCount>
Value ReadChoice(SettingsCheck& check, std::string_view key,
                 const Choice<Value> (&choices)[kCount]) {
  const std::string text = check.Text(key);
  std::string names;
  for (const Choice<Value>& choice : choices) {
    if (text == choice.name) return choice.value;
    names += (names.empty() ? "" : ", ") + std::string(choice.name);
  }
  check.Add(key, "'" + text + "' is none of " + names);
  return choices[0].value;
}

}  // namespace heirloom
