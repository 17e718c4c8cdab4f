#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <memory>

#include "appliance/cli/subcommand.h"

namespace heirloom::cli {
namespace {

struct UserFlags {
  InstallationFlags installation;
  std::string email;
  std::string name;
  bool admin = false;
  bool password_stdin = false;
};

// The first line of standard input: a password on the command line would stand in the list of
// processes and in the shell's history.
Result<std::string> ReadPassword() {
  std::array<char, 4096> buffer{};
  if (!std::fgets(buffer.data(), buffer.size(), stdin)) {
    return Fail(ErrorCode::kInvalidArgument, "no password came on standard input");
  }
  std::string line = buffer.data();
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
  return line;
}

int AddOne(const UserFlags& flags) {
  const Result<std::string> password = ReadPassword();
  if (!password) return Complain(password.error());

  JsonWriter args;
  args.BeginObject().Member("email", flags.email).Member("name", flags.name);
  args.Member("password", *password).Key("admin").Bool(flags.admin).EndObject();
  return RunOn(flags.installation, DataDirectory::Missing::kCreate, "user add", args.Take(),
               [&](const Json&) {
                 std::printf("heirloom: added %s\n", flags.email.c_str());
                 return kDone;
               });
}

}  // namespace

void AddUser(CLI::App& app, Action& action) {
  CLI::App* user = app.add_subcommand("user", "The people who can sign in");
  user->require_subcommand(1);
  CLI::App* add = user->add_subcommand("add", "Give somebody an account");
  const auto flags = std::make_shared<UserFlags>();
  AddInstallationFlags(*add, flags->installation);
  add->add_option("--email", flags->email, "What they sign in with")->required();
  add->add_option("--name", flags->name, "What others call them")->required();
  add->add_flag("--admin", flags->admin, "They may run this installation");
  add->add_flag("--password-stdin", flags->password_stdin, "Read the password from standard input")
      ->required();
  add->callback([&action, flags] { action = [flags] { return AddOne(*flags); }; });
}

}  // namespace heirloom::cli
