#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "appliance/cli/archive_commands.h"
#include "appliance/cli/progress_display.h"
#include "appliance/cli/subcommand.h"

namespace heirloom::cli {
namespace {

template <typename Command>
int RunInThisWorld(const Command& command) {
  const std::unique_ptr<HttpClient> client = MakeHttpClient();
  RealPauses pauses;
  const SystemClock clock;
  SystemRandom random;
  ProgressDisplay progress(std::cerr, isatty(STDERR_FILENO) == 1, clock);
  const char* const token = std::getenv("HEIRLOOM_TOKEN");
  std::ostringstream out;
  const int code = command(ServerWorld{*client, pauses, clock, random, progress, out, std::cerr,
                                       token == nullptr ? "" : token});
  progress.End();
  std::cout << out.str() << std::flush;
  return code;
}

}  // namespace

int RunExportArchive(const ExportOptions& options) {
  return RunInThisWorld([&](const ServerWorld& world) { return ExportArchive(options, world); });
}

int RunImportArchive(const ArchiveImportOptions& options) {
  return RunInThisWorld([&](const ServerWorld& world) { return ImportArchive(options, world); });
}

void AddExport(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "export", "Take your legacies out as one archive that can be read without any software");
  const auto options = std::make_shared<ExportOptions>();
  command->add_option("--server", options->server, "Where Heirloom runs")
      ->required()
      ->type_name("URL");
  command->add_option("--out", options->out, "The archive")->required()->type_name("FILE.zip");
  command
      ->add_option("--legacy", options->legacy,
                   "Title or id of one legacy; without it, all that you own")
      ->type_name("TITLE");
  command
      ->add_option("--token-file", options->token_file,
                   "File with the API token; otherwise HEIRLOOM_TOKEN holds it")
      ->type_name("FILE");
  command->add_flag("--json", options->json, "End with one line of JSON");
  command->callback(
      [&action, options] { action = [options] { return RunExportArchive(*options); }; });
}

}  // namespace heirloom::cli
