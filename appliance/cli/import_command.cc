#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "appliance/cli/archive_commands.h"
#include "appliance/cli/import_stories.h"
#include "appliance/cli/subcommand.h"

namespace heirloom::cli {

namespace {

void AddArchive(CLI::App& import, Action& action) {
  CLI::App* archive = import.add_subcommand(
      "archive", "From an archive that heirloom export made; nothing of a damaged one is taken");
  const auto options = std::make_shared<ArchiveImportOptions>();
  archive->add_option("path", options->path, "The archive")->required()->type_name("FILE.zip");
  archive->add_option("--server", options->server, "Where Heirloom runs")
      ->required()
      ->type_name("URL");
  archive
      ->add_option("--token-file", options->token_file,
                   "File with the API token; otherwise HEIRLOOM_TOKEN holds it")
      ->type_name("FILE");
  archive->add_flag("--json", options->json, "End with one line of JSON");
  archive->callback(
      [&action, options] { action = [options] { return RunImportArchive(*options); }; });
}

void AddStories(CLI::App& import, Action& action) {
  CLI::App* stories = import.add_subcommand(
      "stories", "From JSON Lines or Markdown; running it again adds nothing twice");
  const auto options = std::make_shared<ImportOptions>();
  stories
      ->add_option("path", options->path,
                   "A .jsonl file, a folder of Markdown, one .md file, or - for JSON Lines on the "
                   "standard input")
      ->required()
      ->type_name("PATH");
  stories->add_option("--server", options->server, "Where Heirloom runs")
      ->required()
      ->type_name("URL");
  stories->add_option("--legacy", options->legacy, "Title (founded when missing) or id of a legacy")
      ->required()
      ->type_name("TITLE");
  stories
      ->add_option("--source", options->source,
                   "Names where the stories come from; keep it from run to run. The name of the "
                   "file or folder by default")
      ->type_name("NAME");
  stories
      ->add_option("--token-file", options->token_file,
                   "File with the API token; otherwise HEIRLOOM_TOKEN holds it")
      ->type_name("FILE");
  stories->add_flag("--json", options->json, "End with one line of JSON");
  stories->callback([&action, options] {
    action = [options] { return RunImportStories(*options, std::cout, std::cerr); };
  });
}

}  // namespace

void AddImport(CLI::App& app, Action& action) {
  CLI::App* import = app.add_subcommand("import", "Bring in what was kept elsewhere");
  import->require_subcommand(1);
  AddStories(*import, action);
  AddArchive(*import, action);
}

}  // namespace heirloom::cli
