// Where this process keeps what is its own, and what it does.
#include "appliance/wiring/settings/section.h"
#include "appliance/wiring/settings/settings_check.h"

namespace heirloom {
namespace {

constexpr ConfigKey kKeys[] = {
    {"data_dir", ""},
    {"serve.roles", "web,relay,indexer,media,assistant,scheduler", ConfigKey::Kind::kList},
};

std::filesystem::path ReadDataDir(SettingsCheck& check) {
  const std::string text = check.Text("data_dir");
  if (text.empty()) {
    check.Add("data_dir",
              "is not set; say where your data is to be kept, with --data-dir DIR, "
              "HEIRLOOM_DATA_DIR or in the file");
    return {};
  }
  // Without the slash at its end, which would make an empty last name.
  const std::filesystem::path path = AbsolutePath(text);
  return path.has_filename() ? path : path.parent_path();
}

// All of them when something is wrong, so that nothing else is held against few.
ServeRoles ReadRoles(SettingsCheck& check) {
  static constexpr std::string_view kKey = "serve.roles";
  const std::vector<std::string> names = check.List(kKey);
  const std::string choices = "; the roles are " + NamesOfAllServeRoles();
  if (names.empty()) check.Add(kKey, "names none" + choices);
  ServeRoles roles;
  bool good = !names.empty();
  for (const std::string& name : names) {
    const std::optional<ServeRole> role = ReadServeRole(name);
    if (role) {
      roles.Add(*role);
    } else {
      check.Add(kKey, "'" + name + "' is no role" + choices);
      good = false;
    }
  }
  return good ? roles : ServeRoles::All();
}

void Read(SettingsCheck& check, Config& config) {
  config.data_dir = ReadDataDir(check);
  config.roles = ReadRoles(check);
}

}  // namespace

ConfigSection ProcessSection() { return {kKeys, Read}; }

}  // namespace heirloom
