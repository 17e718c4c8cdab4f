#include "appliance/cli/import_stories.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <unordered_map>
#include <utility>

#include "appliance/base/text.h"
#include "appliance/cli/api_access.h"
#include "appliance/cli/import_batch.h"
#include "appliance/cli/import_client.h"
#include "appliance/cli/import_progress.h"
#include "appliance/cli/import_report.h"
#include "appliance/cli/json_lines_source.h"
#include "appliance/cli/markdown_source.h"
#include "appliance/cli/story_source.h"
#include "appliance/cli/subcommand.h"

namespace heirloom::cli {
namespace {

namespace fs = std::filesystem;

// kInvalidArgument is what is wrong with the options, anything else a failure to run.
tl::unexpected<Error> WrongUse(std::string what) {
  return Fail(ErrorCode::kInvalidArgument, std::move(what));
}

// "." and "stories/" have names too.
std::string NameOf(const fs::path& path) {
  std::error_code error;
  const fs::path whole = fs::weakly_canonical(path, error);
  return ToNfc((error ? path : whole).filename().string());
}

Result<std::string> SourceName(const ImportOptions& options) {
  std::string name = options.source;
  if (name.empty()) name = options.path == "-" ? "stdin" : NameOf(options.path);
  if (name.empty() || !IsStorableText(name) || CountCharacters(name) > 100) {
    return WrongUse("--source must be given, with at most 100 characters");
  }
  return name;
}

Result<std::unique_ptr<StorySource>> OpenFile(const fs::path& path, std::uint64_t size) {
  const std::string extension = path.extension().string();
  if (extension == ".md" || extension == ".markdown") return ReadMarkdownFile(path);
  if (extension != ".jsonl" && extension != ".ndjson") {
    return Fail(ErrorCode::kInvalidArgument,
                path.string() + " is neither a folder nor a .jsonl or .md file");
  }
  auto in = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (!in->is_open()) return Fail(ErrorCode::kNotFound, path.string() + " cannot be read");
  return ReadJsonLines(std::move(in), size);
}

Result<std::unique_ptr<StorySource>> OpenSource(const ImportOptions& options,
                                                const ImportWorld& world) {
  if (options.path == "-") return ReadJsonLines(world.in);
  const fs::path path = options.path;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return Fail(ErrorCode::kNotFound, options.path + " does not exist");
  if (fs::is_directory(status)) return ReadMarkdownFolder(path);
  const std::uintmax_t size = fs::is_regular_file(status) ? fs::file_size(path, error) : 0;
  return OpenFile(path, error ? 0 : size);
}

std::string InWords(const SourcePosition& where) {
  return where.file.empty() ? "line " + std::to_string(where.line) : where.file;
}

// One import under way.
class Importer {
 public:
  Importer(const ImportOptions& options, std::string source, StorySource& stories,
           const ImportClient& client, ImportProgress& progress)
      : options_(options),
        source_(std::move(source)),
        stories_(stories),
        client_(client),
        progress_(progress) {}

  Status Run() {
    auto legacy = client_.FindLegacy(options_.legacy);
    if (!legacy) return ErrorOf(legacy);
    legacy_ = std::move(*legacy);
    while (true) {
      auto item = stories_.Next();
      if (!item) return ErrorOf(item);
      if (!*item) break;
      if (Status taken = Take(**item); !taken) return taken;
      progress_.Show(report_, read_, stories_.Fraction());
    }
    return SendBatch();
  }

  const ImportReport& report() const { return report_; }

 private:
  Status Take(const SourceItem& item) {
    PendingItem pending{read_++, item.story.id, item.where};
    if (!item.problem.empty()) {
      report_.Skip(std::move(pending), item.problem);
      return {};
    }
    // The server would take the second for a new version of the first, and the next run the other
    // way round: never done.
    const auto [first, is_new] = seen_.emplace(ToNfc(item.story.id), item.where);
    if (!is_new) {
      report_.Skip(std::move(pending), "the same id stands at " + InWords(first->second));
      return {};
    }
    if (batch_.Add(item.story, pending)) return {};
    if (Status sent = SendBatch(); !sent) return sent;
    batch_.Add(item.story, std::move(pending));
    return {};
  }

  Status SendBatch() {
    if (batch_.empty()) return {};
    if (!legacy_) {
      const Result<Id> founded = client_.FindOrFoundLegacy(options_.legacy);
      if (!founded) return ErrorOf(founded);
      legacy_ = *founded;
    }
    const std::vector<PendingItem>& items = batch_.items();
    const auto outcomes = client_.SendBatch(*legacy_, batch_.Body(source_), items.size());
    if (!outcomes) return ErrorOf(outcomes);
    for (std::size_t i = 0; i < items.size(); ++i) report_.Count(items[i], (*outcomes)[i]);
    batch_.Clear();
    return {};
  }

  const ImportOptions& options_;
  const std::string source_;
  StorySource& stories_;
  const ImportClient& client_;
  ImportProgress& progress_;
  std::optional<Id> legacy_;  // Empty until it is known to be there.
  ImportBatch batch_;
  ImportReport report_;
  std::unordered_map<std::string, SourcePosition> seen_;
  std::size_t read_ = 0;
};

int Complain(const ImportWorld& world, const Error& error, const std::string& more = "") {
  world.err << "heirloom: " << error.message << more << "\n";
  return error.code == ErrorCode::kInvalidArgument ? kUsage : kFailed;
}

}  // namespace

int ImportStories(const ImportOptions& options, const ImportWorld& world) {
  const Result<std::string> server = CleanServer(options.server);
  if (!server) return Complain(world, server.error());
  if (CollapseSpace(options.legacy).empty()) {
    return Complain(world, {ErrorCode::kInvalidArgument, "--legacy must not be empty", {}});
  }
  const Result<std::string> source = SourceName(options);
  if (!source) return Complain(world, source.error());
  const Result<std::string> token = ReadToken(options.token_file, world.token);
  if (!token) return Complain(world, token.error());
  const auto stories = OpenSource(options, world);
  if (!stories) return Complain(world, stories.error());

  ImportProgress progress(world.err, world.terminal, world.clock);
  RetryingSender sender(world.client, world.pauses, world.clock, world.random);
  sender.OnRetry([&](const RetryingSender::Retry& retry) { progress.ShowRetry(retry); });
  const ImportClient client(sender, *server, *token);
  Importer importer(options, *source, **stories, client, progress);
  const Status done = importer.Run();
  progress.End();
  const ImportReport& report = importer.report();
  if (!done) {
    const bool begun = report.created() + report.updated() + report.unchanged() > 0;
    return Complain(world, done.error(),
                    begun ? " (until then: " + report.Counts() + "; run it again to go on)" : "");
  }
  options.json ? report.PrintJson(world.out)
               : report.Print(world.out, "into \"" + options.legacy + "\"");
  return kDone;
}

int RunImportStories(const ImportOptions& options, std::ostream& out, std::ostream& err) {
  const std::unique_ptr<HttpClient> client = MakeHttpClient();
  RealPauses pauses;
  const SystemClock clock;
  SystemRandom random;
  const char* const token = std::getenv("HEIRLOOM_TOKEN");
  return ImportStories(options, {*client, pauses, clock, random, std::cin, out, err,
                                 isatty(STDERR_FILENO) == 1, token == nullptr ? "" : token});
}

}  // namespace heirloom::cli
