#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "appliance/cli/subcommand.h"

namespace heirloom::cli {
namespace {

struct BackupFlags {
  InstallationFlags installation;
  std::string out;
};

int BackUp(const BackupFlags& flags) {
  // The daemon that may do it runs in another folder.
  std::error_code failed;
  const std::filesystem::path out = std::filesystem::absolute(flags.out, failed);
  JsonWriter args;
  args.BeginObject().Member("out", out.lexically_normal().string()).EndObject();
  return RunOn(flags.installation, DataDirectory::Missing::kRefuse, "backup", args.Take(),
               [](const Json& made) {
                 std::printf("heirloom: %s holds everything up to %s (%lld bytes)\n",
                             std::string(made.Get("file").AsString()).c_str(),
                             std::string(made.Get("position").AsString()).c_str(),
                             static_cast<long long>(made.Get("bytes").AsInteger()));
                 return kDone;
               });
}

}  // namespace

void AddBackup(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "backup", "Copy everything that people entered to a file, also while the daemon runs");
  const auto flags = std::make_shared<BackupFlags>();
  AddInstallationFlags(*command, flags->installation);
  command->add_option("--out", flags->out, "The new file")->required()->type_name("FILE");
  command->callback([&action, flags] { action = [flags] { return BackUp(*flags); }; });
}

}  // namespace heirloom::cli
