#include <CLI/CLI.hpp>
#include <cstdio>

#include "appliance/cli/subcommand.h"
#include "appliance/operations/version.h"

namespace heirloom::cli {

void AddVersion(CLI::App& app, Action& action) {
  app.add_subcommand("version", "Print the version")->callback([&action] {
    action = [] {
      std::printf("heirloom %s\n", std::string(Version()).c_str());
      return static_cast<int>(kDone);
    };
  });
}

}  // namespace heirloom::cli
