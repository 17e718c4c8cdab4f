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
// For each line: the daemon gives a sign of life every 10 seconds.
constexpr std::chrono::seconds kLineWithin{60};

Result<Json> RunInDaemon(ControlConnection connection, std::string_view command,
                         std::string_view args_json, Progress& progress) {
  const Status sent = connection.WriteLine(WriteControlRequest(command, args_json),
                                           steady_clock::now() + kLineWithin);
  for (;;) {
    // Also when the request did not get there: the daemon may have said why.
    const Result<std::string> line = connection.ReadLine(steady_clock::now() + kLineWithin);
    if (!line) return sent ? ErrorOf(line) : ErrorOf(sent);
    const Result<ControlMessage> message = ReadControlMessage(*line);
    if (!message) return ErrorOf(message);
    if (!message->progress) return message->result;
    const ProgressReport& report = *message->progress;
    progress.Show(report.what, report.done, report.total);
  }
}

Result<Json> RunHere(const Config& config, std::string_view command, std::string_view args_json,
                     Progress& progress) {
  const Result<Json> args = Json::Parse(args_json);
  if (!args) return ErrorOf(args);
  const auto core = Core::Open(config);
  if (!core) return ErrorOf(core);
  Commands commands;
  AddIdentityCommands(commands, (*core)->identity, VisitUrlOf(config.http, config.http.port));
  const Result<std::string> result = commands.Run(command, *args, progress);
  if (!result) return ErrorOf(result);
  return Json::Parse(*result);
}

}  // namespace

Result<Json> RunCommand(const Config& config, DataDirectory::Missing missing,
                        std::string_view command, std::string_view args_json, Progress& progress) {
  Result<DataDirectory> directory = DataDirectory::Open(config.data_dir, missing);
  if (!directory) return ErrorOf(directory);
  const auto give_up_at = steady_clock::now() + kPatience;
  for (;;) {
    if (const Status ours = directory->CheckOwner(); ours) {
      const Result<bool> locked = directory->TryLock();
      if (!locked) return ErrorOf(locked);
      if (*locked) return RunHere(config, command, args_json, progress);
    }
    Result<ControlConnection> daemon = ConnectToControlSocket(directory->descriptor());
    if (daemon) return RunInDaemon(std::move(*daemon), command, args_json, progress);
    if (steady_clock::now() >= give_up_at) return ErrorOf(daemon);
    std::this_thread::sleep_for(kBetweenTries);
  }
}

}  // namespace heirloom
