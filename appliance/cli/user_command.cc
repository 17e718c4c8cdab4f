#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <vector>

#include "appliance/cli/password_input.h"
#include "appliance/cli/subcommand.h"

namespace heirloom::cli {
namespace {

struct UserFlags {
  InstallationFlags installation;
  std::string email;
  std::string name;
  bool admin = false;
  bool password_stdin = false;
  bool json = false;
};

// A command about one person; `done` is what was done to them, for the last line.
int RunOnUser(const UserFlags& flags, DataDirectory::Missing missing, std::string_view command,
              const std::string& args, const char* done) {
  return RunOn(flags.installation, missing, command, args, [&](const Json&) {
    std::printf("heirloom: %s %s\n", done, flags.email.c_str());
    return kDone;
  });
}

int AddOne(const UserFlags& flags) {
  const Result<std::string> password = ReadPassword();
  if (!password) return Complain(password.error());
  JsonWriter args;
  args.BeginObject().Member("email", flags.email).Member("name", flags.name);
  args.Member("password", *password).Key("admin").Bool(flags.admin).EndObject();
  return RunOnUser(flags, DataDirectory::Missing::kCreate, "user add", args.Take(), "added");
}

int SetPassword(const UserFlags& flags) {
  const Result<std::string> password = ReadPassword();
  if (!password) return Complain(password.error());
  JsonWriter args;
  args.BeginObject().Member("email", flags.email).Member("password", *password).EndObject();
  return RunOnUser(flags, DataDirectory::Missing::kRefuse, "user passwd", args.Take(),
                   "there is a new password, and no session, for");
}

int Change(const UserFlags& flags, const char* command, const char* done) {
  JsonWriter args;
  args.BeginObject().Member("email", flags.email).EndObject();
  return RunOnUser(flags, DataDirectory::Missing::kRefuse, command, args.Take(), done);
}

int List(const UserFlags& flags) {
  return RunList(
      flags.installation, "user list", [](JsonWriter&) {}, flags.json,
      [](const Json& user) {
        std::vector<std::string> columns;
        for (const char* key : {"email", "role", "name"}) {
          columns.emplace_back(user.Get(key).AsString());
        }
        if (user.Get("disabled_at")) columns.emplace_back("disabled");
        return columns;
      });
}

using Flags = std::shared_ptr<UserFlags>;

CLI::App* AddCommand(CLI::App* user, const Flags& flags, const char* name, const char* about) {
  CLI::App* command = user->add_subcommand(name, about);
  AddInstallationFlags(*command, flags->installation);
  return command;
}

void AddEmail(CLI::App* command, const Flags& flags) {
  command->add_option("--email", flags->email, "What they sign in with")->required();
}

void AddPassword(CLI::App* command, const Flags& flags) {
  command
      ->add_flag("--password-stdin", flags->password_stdin,
                 "Read the password from standard input; a terminal asks and does not show it")
      ->required();
}

}  // namespace

void AddUser(CLI::App& app, Action& action) {
  CLI::App* user = app.add_subcommand("user", "The people who can sign in");
  user->require_subcommand(1);
  const auto flags = std::make_shared<UserFlags>();

  CLI::App* add = AddCommand(user, flags, "add", "Give somebody an account");
  AddEmail(add, flags);
  add->add_option("--name", flags->name, "What others call them")->required();
  add->add_flag("--admin", flags->admin, "They may run this installation");
  AddPassword(add, flags);
  add->callback([&action, flags] { action = [flags] { return AddOne(*flags); }; });

  CLI::App* list = AddCommand(user, flags, "list", "Print who has an account");
  list->add_flag("--json", flags->json, "As JSON");
  list->callback([&action, flags] { action = [flags] { return List(*flags); }; });

  CLI::App* passwd =
      AddCommand(user, flags, "passwd", "Give somebody another password and end their sessions");
  AddEmail(passwd, flags);
  AddPassword(passwd, flags);
  passwd->callback([&action, flags] { action = [flags] { return SetPassword(*flags); }; });

  CLI::App* disable = AddCommand(
      user, flags, "disable",
      "Keep somebody from signing in; ends their sessions and tokens, keeps what they wrote");
  AddEmail(disable, flags);
  disable->callback([&action, flags] {
    action = [flags] { return Change(*flags, "user disable", "disabled"); };
  });

  CLI::App* enable = AddCommand(user, flags, "enable", "Let somebody sign in again");
  AddEmail(enable, flags);
  enable->callback(
      [&action, flags] { action = [flags] { return Change(*flags, "user enable", "enabled"); }; });
}

}  // namespace heirloom::cli
