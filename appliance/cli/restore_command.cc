#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>

#include "appliance/cli/progress_display.h"
#include "appliance/cli/subcommand.h"
#include "appliance/wiring/command_runner.h"

namespace heirloom::cli {
namespace {

struct RestoreFlags {
  InstallationFlags installation;
  std::string from;
};

int Restore(const RestoreFlags& flags) {
  const Result<Config> config = ReadConfigFor(flags.installation);
  if (!config) return ComplainOfConfig(config.error());
  KeepFilesPrivate();
  const SystemClock clock;
  ProgressDisplay progress(std::cerr, ::isatty(STDERR_FILENO) == 1, clock);
  const Result<Restored> restored = RestoreInstallation(*config, flags.from, progress);
  progress.End();
  if (!restored) return Complain(restored.error());
  std::printf("heirloom: put back %s", flags.from.c_str());
  if (!restored->replaced.empty()) {
    std::printf("; what was there is now %s", restored->replaced.c_str());
  }
  std::printf("\n");
  return kDone;
}

}  // namespace

void AddRestore(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "restore", "Put a backup in place of what is there, which is kept; the daemon must not run");
  const auto flags = std::make_shared<RestoreFlags>();
  AddInstallationFlags(*command, flags->installation);
  command->add_option("--from", flags->from, "The backup")->required()->type_name("FILE");
  command->callback([&action, flags] { action = [flags] { return Restore(*flags); }; });
}

}  // namespace heirloom::cli
