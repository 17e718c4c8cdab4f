#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "appliance/cli/subcommand.h"

namespace heirloom::cli {
namespace {

// One of the three: its name after "rebuild", and words for people.
struct Projection {
  const char* name;
  const char* described;
  const char* built;  // "The search index was built again from 550 stories.\n"
  const char* counted;
  const char* items;
};

constexpr Projection kSearch{"search", "The index that words are looked up in",
                             "The search index was built again from %lld stories.\n", "stories",
                             "stories"};
constexpr Projection kVectors{"vectors", "The index that finds stories by what they mean",
                              "The index of vectors was built again from %lld stories.\n",
                              "stories", "stories"};
constexpr Projection kGraph{"graph", "What belongs to what, and who to whom",
                            "The graph was built again from %lld stories, members and legacies.\n",
                            "rows", "nodes and edges"};

int Print(const Projection& projection, const Json& built) {
  const auto number = [&](const char* key) {
    return static_cast<long long>(built.Get(key).AsInteger());
  };
  std::printf(projection.built, number(projection.counted));
  if (!built.Get("items")) return kDone;
  if (number("differences") == 0) {
    std::printf("Verified: %lld %s, all as in the database.\n", number("items"), projection.items);
    return kDone;
  }
  std::printf("Verified: %lld differences from the database; heirloom doctor names them.\n",
              number("differences"));
  return kFailed;
}

void AddProjection(CLI::App& rebuild, Action& action, const Projection& projection) {
  CLI::App* command = rebuild.add_subcommand(projection.name, projection.described);
  const auto flags = std::make_shared<InstallationFlags>();
  const auto verify = std::make_shared<bool>(false);
  AddInstallationFlags(*command, *flags);
  command->add_flag("--verify", *verify, "Compare it with the database afterwards");
  command->callback([&action, &projection, flags, verify] {
    action = [&projection, flags, verify] {
      const std::string args = *verify ? R"({"verify":true})" : "{}";
      return RunOn(*flags, DataDirectory::Missing::kRefuse,
                   "rebuild " + std::string(projection.name), args,
                   [&projection](const Json& built) { return Print(projection, built); });
    };
  });
}

}  // namespace

void AddRebuild(CLI::App& app, Action& action) {
  CLI::App* rebuild =
      app.add_subcommand("rebuild", "Build again what is made from the stories, while all goes on");
  rebuild->require_subcommand(1);
  for (const Projection* projection : {&kSearch, &kVectors, &kGraph}) {
    AddProjection(*rebuild, action, *projection);
  }
}

}  // namespace heirloom::cli
