#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "appliance/cli/subcommand.h"
#include "appliance/wiring/config_reader.h"

namespace heirloom::cli {
namespace {

struct ConfigFlags {
  InstallationFlags installation;
  bool json = false;
};

// JSON's texts, numbers and lists are TOML's, too.
std::string ValueOf(const Setting& setting) {
  const ConfigKey& key = *FindConfigKey(setting.key);
  JsonWriter json;
  if (key.IsNumber()) return setting.values.front();
  if (!key.IsList()) return json.String(setting.values.front()).Take();
  json.BeginArray();
  for (const std::string& value : setting.values) json.String(value);
  return json.EndArray().Take();
}

// What it prints can be used as a configuration file, but for secrets.
void PrintToml(const std::vector<Setting>& settings) {
  for (const Setting& setting : settings) {
    const bool secret = FindConfigKey(setting.key)->IsSecret();
    const std::string line =
        secret ? "# " + setting.key + " is set" : setting.key + " = " + ValueOf(setting);
    std::printf("%-48s # %s\n", line.c_str(), setting.source.c_str());
  }
}

void PrintJson(const std::vector<Setting>& settings) {
  JsonWriter json;
  json.BeginObject().Key("items").BeginArray();
  for (const Setting& setting : settings) {
    json.BeginObject().Member("key", setting.key).Member("source", setting.source);
    if (!FindConfigKey(setting.key)->IsSecret()) json.Key("value").Raw(ValueOf(setting));
    json.EndObject();
  }
  std::printf("%s\n", json.EndArray().EndObject().Take().c_str());
}

int Show(const ConfigFlags& flags) {
  const ConfigSources sources = SourcesFor(flags.installation);
  const std::vector<Setting> settings = WithDefaults(ReadSettings(sources).settings);
  flags.json ? PrintJson(settings) : PrintToml(settings);
  const Result<Config> config = ReadConfig(sources);
  return config ? kDone : ComplainOfConfig(config.error());
}

int Check(const ConfigFlags& flags) {
  const Result<Config> config = ReadConfig(SourcesFor(flags.installation));
  if (!config) return ComplainOfConfig(config.error());
  std::printf("heirloom: the configuration is good\n");
  return kDone;
}

}  // namespace

void AddConfig(CLI::App& app, Action& action) {
  CLI::App* config = app.add_subcommand("config", "What this installation is told to do");
  config->require_subcommand(1);
  const auto flags = std::make_shared<ConfigFlags>();
  CLI::App* show = config->add_subcommand(
      "show", "Print what holds and where each value comes from; secrets are left out");
  AddInstallationFlags(*show, flags->installation);
  show->add_flag("--json", flags->json, "As JSON");
  show->callback([&action, flags] { action = [flags] { return Show(*flags); }; });
  CLI::App* check = config->add_subcommand("check", "Say everything that is wrong with it");
  AddInstallationFlags(*check, flags->installation);
  check->callback([&action, flags] { action = [flags] { return Check(*flags); }; });
}

}  // namespace heirloom::cli
