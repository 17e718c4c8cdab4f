#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <vector>

#include "appliance/cli/subcommand.h"

namespace heirloom::cli {
namespace {

struct TokenFlags {
  InstallationFlags installation;
  std::string user;
  std::string name;
  std::vector<std::string> scopes;
};

int Create(const TokenFlags& flags) {
  JsonWriter args;
  args.BeginObject().Member("user", flags.user).Member("name", flags.name);
  args.Key("scopes").BeginArray();
  for (const std::string& scope : flags.scopes) args.String(scope);
  args.EndArray().EndObject();
  return RunOn(flags.installation, DataDirectory::Missing::kRefuse, "token create", args.Take(),
               [](const Json& created) {
                 std::printf("%s\n", std::string(created.Get("token").AsString()).c_str());
                 return kDone;
               });
}

}  // namespace

void AddToken(CLI::App& app, Action& action) {
  CLI::App* token = app.add_subcommand("token", "Keys for programs that act for somebody");
  token->require_subcommand(1);
  CLI::App* create = token->add_subcommand("create", "Make one and print it, this once");
  const auto flags = std::make_shared<TokenFlags>();
  AddInstallationFlags(*create, flags->installation);
  create->add_option("--user", flags->user, "E-mail of whom it acts for")->required();
  create->add_option("--name", flags->name, "What it is for")->required();
  create->add_option("--scopes", flags->scopes, "What it may do, by commas; all by default")
      ->delimiter(',')
      ->type_name("A,B");
  create->callback([&action, flags] { action = [flags] { return Create(*flags); }; });
}

}  // namespace heirloom::cli
