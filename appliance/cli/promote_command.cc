#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include "appliance/cli/progress_display.h"
#include "appliance/cli/subcommand.h"
#include "appliance/wiring/command_runner.h"

namespace heirloom::cli {
namespace {

struct PromoteFlags {
  std::string from;
  std::string to;
  std::int64_t drain_seconds = 60;
  bool leave_events = false;
  bool leave_vectors = false;
  bool give_up = false;
  bool json = false;
};

// Of a file alone: what the environment says would hold for both places.
Result<Config> ReadFile(const std::string& file) {
  ConfigSources sources;
  sources.file = file;
  return ReadConfig(sources);
}

Result<Json> Run(const Config& config, std::string_view command, const std::string& args) {
  KeepFilesPrivate();
  const SystemClock clock;
  ProgressDisplay progress(std::cerr, ::isatty(STDERR_FILENO) == 1, clock);
  const auto missing =
      config.storage.postgres ? DataDirectory::Missing::kCreate : DataDirectory::Missing::kRefuse;
  const Result<Json> result = RunCommand(config, missing, command, args, progress);
  progress.End();
  return result;
}

int GiveUp(const Config& config) {
  const Result<Json> result = Run(config, "promote give up", "{}");
  if (!result) return Complain(result.error());
  std::printf(
      "heirloom: open again; what was copied is of no use any more, and the target is to "
      "be emptied\n");
  return kDone;
}

int Print(const PromoteFlags& flags, const Json& moved) {
  if (flags.json) {
    std::printf("%s\n", moved.Dump().c_str());
    return kDone;
  }
  if (moved.Get("before")) {
    std::printf("heirloom: it had moved there before; the source is sealed\n");
    return kDone;
  }
  std::printf(
      "heirloom: moved %lld stories (%lld rows) and %lld blobs (%lld bytes), compared with "
      "the source; the source is sealed from now on\n",
      static_cast<long long>(moved.Get("stories").AsInteger()),
      static_cast<long long>(moved.Get("rows").AsInteger()),
      static_cast<long long>(moved.Get("blobs").AsInteger()),
      static_cast<long long>(moved.Get("bytes").AsInteger()));
  return kDone;
}

int Promote(const PromoteFlags& flags) {
  const Result<Config> from = ReadFile(flags.from);
  if (!from) return ComplainOfConfig(from.error());
  if (flags.give_up) return GiveUp(*from);
  const Result<Config> to = ReadFile(flags.to);
  if (!to) return ComplainOfConfig(to.error());
  // The daemon that may do it runs in another folder.
  std::error_code failed;
  const std::filesystem::path file = std::filesystem::absolute(flags.to, failed);
  JsonWriter args;
  args.BeginObject()
      .Member("to", file.lexically_normal().string())
      .Member("drain_seconds", flags.drain_seconds)
      .Key("leave_events")
      .Bool(flags.leave_events)
      .Key("leave_vectors")
      .Bool(flags.leave_vectors)
      .EndObject();
  const Result<Json> moved = Run(*from, "promote", args.Take());
  if (!moved) return Complain(moved.error());
  return Print(flags, *moved);
}

}  // namespace

void AddPromote(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "promote",
      "Move everything to an installation of other adapters, from one box to a cluster or back; "
      "stopped, it goes on when it is run again");
  const auto flags = std::make_shared<PromoteFlags>();
  command->add_option("--from", flags->from, "Configuration (TOML) of what is there")
      ->required()
      ->type_name("FILE");
  CLI::Option* to = command
                        ->add_option("--to", flags->to,
                                     "Configuration (TOML) of the new place, which must be empty")
                        ->type_name("FILE");
  command
      ->add_option("--drain-within", flags->drain_seconds,
                   "How long what waits for events may take to catch up first; 60")
      ->type_name("SECONDS")
      ->check(CLI::Range(0, 86400));
  command->add_flag("--leave-events", flags->leave_events,
                    "Move although events were not handed on");
  command->add_flag("--leave-vectors", flags->leave_vectors,
                    "Do not wait for what search by meaning needs, minutes for a thousand stories: "
                    "the new place makes it while it serves");
  CLI::Option* give_up = command->add_flag("--give-up", flags->give_up,
                                           "Open --from again after a move that was not ended");
  command->add_flag("--json", flags->json, "Print one line of JSON");
  to->excludes(give_up);
  command->callback([&action, flags] {
    if (!flags->give_up && flags->to.empty()) throw CLI::RequiredError("--to");
    action = [flags] { return Promote(*flags); };
  });
}

}  // namespace heirloom::cli
