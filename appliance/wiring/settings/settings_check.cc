#include "appliance/wiring/settings/settings_check.h"

#include "appliance/base/number.h"

namespace heirloom {

namespace fs = std::filesystem;

std::vector<std::string> SettingsCheck::Values(std::string_view key) const {
  const Setting* setting = FindSetting(settings_, key);
  return setting ? setting->values : FindConfigKey(key)->Otherwise();
}

std::string SettingsCheck::Text(std::string_view key) const { return Values(key).front(); }

std::vector<std::string> SettingsCheck::List(std::string_view key) const { return Values(key); }

void SettingsCheck::Add(std::string_view key, std::string problem) {
  const Setting* setting = FindSetting(settings_, key);
  if (setting) problem += " (set by " + setting->source + ")";
  errors_.push_back({std::string(key), std::move(problem)});
}

void SettingsCheck::RefuseAllOf(std::string_view prefix, const std::string& problem) {
  for (const ConfigKey& key : ConfigKeys()) {
    if (key.name.starts_with(prefix) && Values(key.name) != key.Otherwise()) Add(key.name, problem);
  }
}

fs::path AbsolutePath(const fs::path& path) {
  std::error_code failed;
  const fs::path absolute = fs::absolute(path, failed);
  return (failed ? path : absolute).lexically_normal();
}

Secret ReadSecret(SettingsCheck& check, const std::string& key) {
  const std::string file_key = key + "_file";
  const std::string value = check.Text(key);
  const std::string file = check.Text(file_key);
  if (!value.empty() && !file.empty()) {
    check.Add(file_key, "is set beside " + key + "; keep one of them");
    return {};
  }
  if (!value.empty()) return Secret::Literal(value);
  if (file.empty()) return {};
  Result<Secret> secret = Secret::FromFile(AbsolutePath(file));
  if (!secret) {
    check.Add(file_key, secret.error().message);
    return {};
  }
  return std::move(*secret);
}

fs::path ReadFileName(SettingsCheck& check, std::string_view key) {
  const std::string name = check.Text(key);
  if (name.empty()) return {};
  const fs::path path = AbsolutePath(name);
  std::error_code failed;
  if (!fs::is_regular_file(path, failed)) check.Add(key, "is no file: " + path.string());
  return path;
}

fs::path ReadEmbedded(SettingsCheck& check, std::string_view key, std::string_view scheme,
                      const fs::path& data_dir, std::string_view or_else) {
  const std::string url = check.Text(key);
  const std::string use = "use " + std::string(scheme) + ":NAME" + std::string(or_else);
  const std::size_t colon = url.find(':');
  if (colon == std::string::npos) {
    check.Add(key, "'" + url + "' names no adapter; " + use);
    return {};
  }
  if (url.substr(0, colon) != scheme) {
    check.Add(key, "this build has no adapter for " + url.substr(0, colon) + "; " + use);
    return {};
  }
  const fs::path path = fs::path(url.substr(colon + 1)).lexically_normal();
  const bool outside = path.is_absolute() || (!path.empty() && *path.begin() == "..");
  if (path.empty() || path == "." || outside || !path.has_filename()) {
    check.Add(key, "'" + url + "' is no place inside the data directory; use " +
                       FindConfigKey(key)->Otherwise().front());
    return {};
  }
  return data_dir / path;
}

std::int64_t ReadNumber(SettingsCheck& check, std::string_view key, std::int64_t least,
                        std::int64_t most, std::string_view least_words) {
  const std::string text = check.Text(key);
  const auto number = ParseNumber<std::int64_t>(text);
  if (number && *number >= least && *number <= most) return *number;
  check.Add(key, "'" + text + "' is no number from " + std::to_string(least) +
                     std::string(least_words) + " to " + std::to_string(most));
  return least;
}

}  // namespace heirloom
