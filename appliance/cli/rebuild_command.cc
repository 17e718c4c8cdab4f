#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "appliance/cli/subcommand.h"

namespace heirloom::cli {
namespace {

void AddProjection(CLI::App& rebuild, Action& action, const std::string& name,
                   const std::string& what, const std::string& described) {
  CLI::App* command = rebuild.add_subcommand(name, described);
  const auto flags = std::make_shared<InstallationFlags>();
  AddInstallationFlags(*command, *flags);
  command->callback([&action, flags, name, what] {
    action = [flags, name, what] {
      return RunOn(*flags, DataDirectory::Missing::kRefuse, "rebuild " + name, "{}",
                   [what](const Json& built) {
                     std::printf("The %s was built again from %lld stories.\n", what.c_str(),
                                 static_cast<long long>(built.Get("stories").AsInteger()));
                     return kDone;
                   });
    };
  });
}

}  // namespace

void AddRebuild(CLI::App& app, Action& action) {
  CLI::App* rebuild =
      app.add_subcommand("rebuild", "Build again what is made from the stories, while all goes on");
  rebuild->require_subcommand(1);
  AddProjection(*rebuild, action, "search", "search index",
                "The index that words are looked up in");
  AddProjection(*rebuild, action, "vectors", "index of vectors",
                "The index that finds stories by what they mean");
}

}  // namespace heirloom::cli
