#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "appliance/cli/subcommand.h"

namespace heirloom::cli {
namespace {

int Print(const Json& built) {
  std::printf("The search index was built again from %lld stories.\n",
              static_cast<long long>(built.Get("stories").AsInteger()));
  return kDone;
}

}  // namespace

void AddRebuild(CLI::App& app, Action& action) {
  CLI::App* rebuild =
      app.add_subcommand("rebuild", "Build again what is made from the stories, while all goes on");
  rebuild->require_subcommand(1);
  CLI::App* search = rebuild->add_subcommand("search", "The index that words are looked up in");
  const auto flags = std::make_shared<InstallationFlags>();
  AddInstallationFlags(*search, *flags);
  search->callback([&action, flags] {
    action = [flags] {
      return RunOn(*flags, DataDirectory::Missing::kRefuse, "rebuild search", "{}", Print);
    };
  });
}

}  // namespace heirloom::cli
