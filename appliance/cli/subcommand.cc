#include "appliance/cli/subcommand.h"

#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <utility>

#include "appliance/cli/progress_display.h"
#include "appliance/operations/commands.h"
#include "appliance/wiring/command_runner.h"

namespace heirloom::cli {

void AddInstallationFlags(CLI::App& command, InstallationFlags& flags) {
  command.add_option("--data-dir", flags.data_dir, "Where the installation keeps its data")
      ->type_name("DIR");
  command.add_option("--config", flags.config_file, "Configuration (TOML)")
      ->type_name("FILE")
      ->envname("HEIRLOOM_CONFIG");
}

ConfigSources SourcesFor(const InstallationFlags& flags) {
  ConfigSources sources;
  sources.file = flags.config_file;
  sources.environment = ReadEnvironment();
  if (!flags.data_dir.empty()) sources.flags.emplace("data_dir", flags.data_dir);
  return sources;
}

Result<Config> ReadConfigFor(const InstallationFlags& flags,
                             std::map<std::string, std::string> more) {
  ConfigSources sources = SourcesFor(flags);
  sources.flags.merge(more);
  return ReadConfig(sources);
}

int RunOn(const InstallationFlags& flags, DataDirectory::Missing missing, std::string_view command,
          std::string_view args_json, const std::function<int(const Json&)>& print) {
  const Result<Config> config = ReadConfigFor(flags);
  if (!config) return ComplainOfConfig(config.error());
  KeepFilesPrivate();
  const SystemClock clock;
  ProgressDisplay progress(std::cerr, ::isatty(STDERR_FILENO) == 1, clock);
  const Result<Json> result = RunCommand(*config, missing, command, args_json, progress);
  progress.End();
  if (!result) return Complain(result.error());
  return print(*result);
}

void KeepFilesPrivate() { ::umask(077); }

int Complain(const Error& error) {
  std::fprintf(stderr, "heirloom: %s\n", InWords(error).c_str());
  return kFailed;
}

int ComplainOfConfig(const Error& error) {
  for (const FieldError& field : error.fields) {
    std::fprintf(stderr, "heirloom: %s: %s\n", field.pointer.c_str(), field.message.c_str());
  }
  return kUsage;
}

}  // namespace heirloom::cli
