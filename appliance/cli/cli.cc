#include "appliance/cli/cli.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "appliance/cli/subcommand.h"

namespace heirloom::cli {
namespace {

int ComplainOfUsage(const CLI::App& app, const CLI::ParseError& error) {
  // The innermost command that was named is the one whose flags are wrong.
  const CLI::App* command = &app;
  std::string name = "heirloom";
  for (auto chosen = app.get_subcommands(); !chosen.empty(); chosen = command->get_subcommands()) {
    command = chosen.front();
    name += " " + command->get_name();
  }
  std::fprintf(stderr, "heirloom: %s; see %s --help\n", error.what(), name.c_str());
  return kUsage;
}

}  // namespace

int Run(int argc, const char* const* argv) {
  CLI::App app("Heirloom preserves the stories of families and communities.", "heirloom");
  app.require_subcommand(1);
  Action action;
  AddServe(app, action);
  AddUser(app, action);
  AddToken(app, action);
  AddSetupUrl(app, action);
  AddImport(app, action);
  AddExport(app, action);
  AddBackup(app, action);
  AddRestore(app, action);
  AddDoctor(app, action);
  AddConfig(app, action);
  AddMigrate(app, action);
  AddPromote(app, action);
  AddRebuild(app, action);
  AddEvents(app, action);
  AddHealth(app, action);
  AddVersion(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return ComplainOfUsage(app, error);
  }
  return action();
}

}  // namespace heirloom::cli
