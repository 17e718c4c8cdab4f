#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "appliance/cli/subcommand.h"
#include "appliance/wiring/command_runner.h"
#include "appliance/wiring/provision.h"

namespace heirloom::cli {
namespace {

struct MigrateFlags {
  InstallationFlags installation;
  bool new_epoch = false;
  bool provision = false;
};

int MigrateIt(const MigrateFlags& flags) {
  const Result<Config> config = ReadConfigFor(flags.installation);
  if (!config) return ComplainOfConfig(config.error());
  KeepFilesPrivate();
  const Status migrated = MigrateInstallation(*config, flags.new_epoch);
  if (!migrated) return Complain(migrated.error());
  if (flags.provision) {
    const Status made = ProvisionInstallation(*config);
    if (!made) return Complain(made.error());
  }
  std::printf("heirloom: the database is up to date%s\n",
              flags.new_epoch ? ", and begins a new history" : "");
  return kDone;
}

}  // namespace

void AddMigrate(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "migrate",
      "Bring the database's schema up to date; in a cluster nothing else does, and several at once "
      "do no harm");
  const auto flags = std::make_shared<MigrateFlags>();
  AddInstallationFlags(*command, flags->installation);
  command->add_flag("--new-epoch", flags->new_epoch,
                    "PostgreSQL was put back from a copy: everything made from it is built again");
  command->add_flag("--provision", flags->provision,
                    "Also make what the configured servers need and have not: buckets, topics, "
                    "queues; doing it again changes nothing");
  command->callback([&action, flags] { action = [flags] { return MigrateIt(*flags); }; });
}

}  // namespace heirloom::cli
