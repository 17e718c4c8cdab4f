#include "appliance/wiring/command_runner.h"

#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "appliance/operations/commands.h"
#include "appliance/operations/control_socket.h"
#include "appliance/operations/identity_commands.h"
#include "appliance/wiring/core.h"
#include "appliance/wiring/daemon.h"

namespace heirloom {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::milliseconds kBetweenTries{50};
// Longer than the daemon takes for anything: a write waits up to 10 s, a password hash for its
// turn.
constexpr std::chrono::seconds kAnswerWithin{60};

Result<Json> RunInDaemon(ControlConnection connection, std::string_view command,
                         std::string_view args_json) {
  const ControlDeadline deadline = steady_clock::now() + kAnswerWithin;
  const Status sent = connection.WriteLine(WriteControlRequest(command, args_json), deadline);
  if (!sent) return ErrorOf(sent);
  const Result<std::string> reply = connection.ReadLine(deadline);
  if (!reply) return ErrorOf(reply);
  return ReadControlReply(*reply);
}

Result<Json> RunHere(const Config& config, std::string_view command, std::string_view args_json) {
  const Result<Json> args = Json::Parse(args_json);
  if (!args) return ErrorOf(args);
  const auto core = Core::Open(config);
  if (!core) return ErrorOf(core);
  Commands commands;
  AddIdentityCommands(commands, (*core)->identity, LocalUrlOf(config.http.host, config.http.port));
  const Result<std::string> result = commands.Run(command, *args);
  if (!result) return ErrorOf(result);
  return Json::Parse(*result);
}

}  // namespace

Result<Json> RunCommand(const Config& config, DataDirectory::Missing missing,
                        std::string_view command, std::string_view args_json) {
  Result<DataDirectory> directory = DataDirectory::Open(config.data_dir, missing);
  if (!directory) return ErrorOf(directory);
  const auto give_up_at = steady_clock::now() + kPatience;
  for (;;) {
    if (const Status ours = directory->CheckOwner(); ours) {
      const Result<bool> locked = directory->TryLock();
      if (!locked) return ErrorOf(locked);
      if (*locked) return RunHere(config, command, args_json);
    }
    Result<ControlConnection> daemon = ConnectToControlSocket(directory->descriptor());
    if (daemon) return RunInDaemon(std::move(*daemon), command, args_json);
    if (steady_clock::now() >= give_up_at) return ErrorOf(daemon);
    std::this_thread::sleep_for(kBetweenTries);
  }
}

}  // namespace heirloom
