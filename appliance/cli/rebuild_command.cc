#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "appliance/cli/subcommand.h"

namespace heirloom::cli {
namespace {

int PrintGraph(const Json& built) {
  std::printf("The graph was built again from %lld stories, members and legacies.\n",
              static_cast<long long>(built.Get("rows").AsInteger()));
  if (!built.Get("items")) return kDone;
  const auto differences = static_cast<long long>(built.Get("differences").AsInteger());
  if (differences == 0) {
    std::printf("Verified: %lld nodes and edges, all as in the database.\n",
                static_cast<long long>(built.Get("items").AsInteger()));
    return kDone;
  }
  std::printf("Verified: %lld differences from the database; heirloom doctor names them.\n",
              differences);
  return kFailed;
}

void AddRebuildGraph(CLI::App& rebuild, Action& action) {
  CLI::App* graph = rebuild.add_subcommand("graph", "What belongs to what, and who to whom");
  const auto flags = std::make_shared<InstallationFlags>();
  const auto verify = std::make_shared<bool>(false);
  AddInstallationFlags(*graph, *flags);
  graph->add_flag("--verify", *verify, "Compare it with the database afterwards");
  graph->callback([&action, flags, verify] {
    action = [flags, verify] {
      const std::string args = *verify ? R"({"verify":true})" : "{}";
      return RunOn(*flags, DataDirectory::Missing::kRefuse, "rebuild graph", args, PrintGraph);
    };
  });
}

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
  AddRebuildGraph(*rebuild, action);
}

}  // namespace heirloom::cli
