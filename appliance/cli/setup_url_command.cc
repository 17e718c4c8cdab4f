#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "appliance/base/json.h"
#include "appliance/cli/subcommand.h"
#include "appliance/wiring/command_runner.h"

namespace heirloom::cli {
namespace {

int Print(const InstallationFlags& flags) {
  const Result<Config> config = ReadConfigFor(flags);
  if (!config) return ComplainOfConfig(config.error());
  const Result<Json> link = RunCommand(*config, DataDirectory::Missing::kRefuse, "setup url", "{}");
  if (!link) return Complain(link.error());
  std::printf("%s\n", std::string(link->Get("url").AsString()).c_str());
  return kDone;
}

}  // namespace

void AddSetupUrl(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "setup-url", "Print a link that makes the first account, good once and for a day");
  const auto flags = std::make_shared<InstallationFlags>();
  AddInstallationFlags(*command, *flags);
  command->callback([&action, flags] { action = [flags] { return Print(*flags); }; });
}

}  // namespace heirloom::cli
