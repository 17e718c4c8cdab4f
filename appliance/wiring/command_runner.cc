#include "appliance/wiring/command_runner.h"

#include <chrono>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "appliance/operations/commands.h"
#include "appliance/operations/control_socket.h"
#include "appliance/operations/dead_letter_commands.h"
#include "appliance/operations/identity_commands.h"
#include "appliance/operations/maintenance_commands.h"
#include "appliance/wiring/blobs.h"
#include "appliance/wiring/core.h"
#include "appliance/wiring/daemon.h"
#include "appliance/wiring/databases.h"
#include "appliance/wiring/doctor.h"
#include "appliance/wiring/events.h"
#include "appliance/wiring/graph.h"
#include "appliance/wiring/own_stores.h"
#include "appliance/wiring/promote.h"
#include "appliance/wiring/rebuild_commands.h"
#include "storage/sqlite/sqlite_maintenance.h"

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
  OwnStores stores(config);
  const auto maintenance = MakeDatabaseMaintenance(config);
  Commands commands;
  AddMaintenanceCommands(commands, *maintenance, [&](Progress& progress_of_it) {
    return ExamineInstallation(
        config, *maintenance, [&] { return stores.OpenForDoctor(); }, progress_of_it);
  });
  std::unique_ptr<Events> events;
  std::unique_ptr<Blobs> blobs;
  // These work on a database that cannot be opened, or is not to be migrated; all others open it.
  if (!commands.Has(command)) {
    const auto core = stores.OpenCore();
    if (!core) return ErrorOf(core);
    AddIdentityCommands(commands, (*core)->identity, VisitUrlOf(config.http, config.http.port));
    AddRebuildCommands(commands, config, **core);
    AddGraphRebuild(commands, config, **core);
    if (command.starts_with("dlq ") || command == "promote") {
      auto opened = Events::Open(config, **core);
      if (!opened) return ErrorOf(opened);
      events = std::move(*opened);
      AddDeadLetterCommands(commands, events->dead_letters());
    }
    AddPromotion(commands, {config, **core,
                            [&]() -> Result<BlobStore*> {
                              auto opened = Blobs::Open(config, *(*core)->platform);
                              if (!opened) return ErrorOf(opened);
                              blobs = std::move(*opened);
                              return &blobs->store();
                            },
                            [&]() -> Result<Events*> {
                              events->Start();  // What nobody else hands on.
                              return events.get();
                            }});
  }
  const Result<std::string> result = commands.Run(command, *args, progress);
  if (events) events->Stop();
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

Result<Restored> RestoreInstallation(const Config& config, const std::filesystem::path& from,
                                     Progress& progress) {
  if (config.storage.postgres) {
    return Fail(ErrorCode::kInvalidArgument,
                "PostgreSQL puts copies of its own back: pg_restore into a new database, and then "
                "heirloom migrate --new-epoch");
  }
  Result<DataDirectory> directory =
      DataDirectory::Open(config.data_dir, DataDirectory::Missing::kCreate);
  if (!directory) return ErrorOf(directory);
  if (const Status ours = directory->CheckOwner(); !ours) return ErrorOf(ours);
  const Result<bool> locked = directory->TryLock();
  if (!locked) return ErrorOf(locked);
  if (!*locked) {
    const std::optional<int> holder = directory->LockHolder();
    return Fail(ErrorCode::kUnavailable,
                "the data directory " + config.data_dir.string() + " is in use" +
                    (holder ? " by process " + std::to_string(*holder) : std::string()) +
                    "; stop the daemon first");
  }
  Platform platform;
  return RestoreSqliteDatabase({.from = from,
                                .path = config.storage.sqlite_file,
                                .clock = platform.clock,
                                .random = platform.random},
                               progress);
}

Status MigrateInstallation(const Config& config, bool new_epoch) {
  Platform platform;
  if (config.storage.postgres) {
    return MigrateDatabase(config, new_epoch, platform.clock, platform.random);
  }
  Result<DataDirectory> directory =
      DataDirectory::Open(config.data_dir, DataDirectory::Missing::kRefuse);
  if (!directory) return ErrorOf(directory);
  if (Status ours = directory->CheckOwner(); !ours) return ours;
  const Result<bool> locked = directory->TryLock();
  if (!locked) return ErrorOf(locked);
  if (!*locked) return {};
  return MigrateDatabase(config, new_epoch, platform.clock, platform.random);
}

}  // namespace heirloom
