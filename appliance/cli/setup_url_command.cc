#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "appliance/cli/subcommand.h"

namespace heirloom::cli {
namespace {

int Print(const Json& link) {
  std::printf("%s\n", std::string(link.Get("url").AsString()).c_str());
  return kDone;
}

}  // namespace

void AddSetupUrl(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "setup-url", "Print a link that makes the first account, good once and for a day");
  const auto flags = std::make_shared<InstallationFlags>();
  AddInstallationFlags(*command, *flags);
  command->callback([&action, flags] {
    action = [flags] {
      return RunOn(*flags, DataDirectory::Missing::kRefuse, "setup url", "{}", Print);
    };
  });
}

}  // namespace heirloom::cli
