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
  std::string id;
  std::vector<std::string> scopes;
  bool json = false;
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

std::vector<std::string> ColumnsOf(const Json& token) {
  std::string scopes;
  const Json list = token.Get("scopes");
  for (std::size_t i = 0; i < list.Size(); ++i) {
    scopes += (i > 0 ? "," : "") + std::string(list.At(i).AsString());
  }
  const Json used = token.Get("last_used_at");
  return {std::string(token.Get("id").AsString()), scopes.empty() ? "all" : scopes,
          used ? "used " + std::string(used.AsString()) : "never used",
          std::string(token.Get("name").AsString())};
}

int List(const TokenFlags& flags) {
  return RunList(
      flags.installation, "token list", [&](JsonWriter& args) { args.Member("user", flags.user); },
      flags.json, ColumnsOf);
}

int Revoke(const TokenFlags& flags) {
  JsonWriter args;
  args.BeginObject().Member("user", flags.user).Member("id", flags.id).EndObject();
  return RunOn(flags.installation, DataDirectory::Missing::kRefuse, "token revoke", args.Take(),
               [&](const Json&) {
                 std::printf("heirloom: revoked %s\n", flags.id.c_str());
                 return kDone;
               });
}

using Flags = std::shared_ptr<TokenFlags>;

CLI::App* AddCommand(CLI::App* token, const Flags& flags, const char* name, const char* about) {
  CLI::App* command = token->add_subcommand(name, about);
  AddInstallationFlags(*command, flags->installation);
  command->add_option("--user", flags->user, "E-mail of whom it acts for")->required();
  return command;
}

}  // namespace

void AddToken(CLI::App& app, Action& action) {
  CLI::App* token = app.add_subcommand("token", "Keys for programs that act for somebody");
  token->require_subcommand(1);
  const auto flags = std::make_shared<TokenFlags>();

  CLI::App* create = AddCommand(token, flags, "create", "Make one and print it, this once");
  create->add_option("--name", flags->name, "What it is for")->required();
  create->add_option("--scopes", flags->scopes, "What it may do, by commas; all by default")
      ->delimiter(',')
      ->type_name("A,B");
  create->callback([&action, flags] { action = [flags] { return Create(*flags); }; });

  CLI::App* list =
      AddCommand(token, flags, "list", "Print somebody's, without the keys themselves");
  list->add_flag("--json", flags->json, "As JSON");
  list->callback([&action, flags] { action = [flags] { return List(*flags); }; });

  CLI::App* revoke = AddCommand(token, flags, "revoke", "End one, at once");
  revoke->add_option("--id", flags->id, "Which, as the list says")->required();
  revoke->callback([&action, flags] { action = [flags] { return Revoke(*flags); }; });
}

}  // namespace heirloom::cli
