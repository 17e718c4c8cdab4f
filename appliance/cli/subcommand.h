#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/json.h"
#include "appliance/base/result.h"
#include "appliance/operations/data_directory.h"
#include "appliance/wiring/config.h"
#include "appliance/wiring/config_reader.h"

namespace CLI {
class App;
}

namespace heirloom::cli {

enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2 };

// What the chosen subcommand does, once all flags are read; gives the exit code.
using Action = std::function<int()>;

// Each adds a subcommand (with what belongs below it) to `app`, and sets `action` when it is the
// one on the command line. cli.cc lists them all. A new one gets a file of its own, a line here and
// a line there.
void AddServe(CLI::App& app, Action& action);
void AddUser(CLI::App& app, Action& action);
void AddToken(CLI::App& app, Action& action);
void AddSetupUrl(CLI::App& app, Action& action);
void AddImport(CLI::App& app, Action& action);
void AddExport(CLI::App& app, Action& action);
void AddConfig(CLI::App& app, Action& action);
void AddBackup(CLI::App& app, Action& action);
void AddRestore(CLI::App& app, Action& action);
void AddDoctor(CLI::App& app, Action& action);
void AddMigrate(CLI::App& app, Action& action);
void AddPromote(CLI::App& app, Action& action);
void AddRebuild(CLI::App& app, Action& action);
void AddEvents(CLI::App& app, Action& action);
void AddHealth(CLI::App& app, Action& action);
void AddVersion(CLI::App& app, Action& action);

// The flags that say which installation is meant.
struct InstallationFlags {
  std::string data_dir;
  std::string config_file;
};
// `flags` is filled in when the command line is read and must live until then.
void AddInstallationFlags(CLI::App& command, InstallationFlags& flags);

// Where its configuration is to be read from.
ConfigSources SourcesFor(const InstallationFlags& flags);
// The configuration they lead to, with the environment and, above it, `more` (by key).
Result<Config> ReadConfigFor(const InstallationFlags& flags,
                             std::map<std::string, std::string> more = {});

// Has `command` (operations/commands.h) run on that installation, beside its daemon or alone,
// showing how far it is. `print` says the result and gives the exit code.
int RunOn(const InstallationFlags& flags, DataDirectory::Missing missing, std::string_view command,
          std::string_view args_json, const std::function<int(const Json&)>& print);

// The same for a command that answers in pages {items, next}, from the first to the last.
// `write_args` writes its other arguments. Prints one line of JSON, {"items":[…]}, or a line for
// each item, its columns parted by tabs.
int RunList(const InstallationFlags& flags, std::string_view command,
            const std::function<void(JsonWriter&)>& write_args, bool json,
            const std::function<std::vector<std::string>(const Json&)>& columns);

// From here on what this process makes is its user's alone: for everything that makes files in a
// data directory.
void KeepFilesPrivate();

// Says on stderr what is wrong, and gives the exit code for it.
int Complain(const Error& error);
int ComplainOfConfig(const Error& error);  // Everything that is wrong with it, a line each.

}  // namespace heirloom::cli
