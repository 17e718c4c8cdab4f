#include "appliance/cli/archive_import.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "appliance/archive/format/archive_reader.h"
#include "appliance/cli/archive_batch.h"
#include "appliance/cli/archive_client.h"
#include "appliance/cli/import_report.h"
#include "appliance/cli/subcommand.h"

namespace heirloom::cli {
namespace {

using archive::CheckedArchive;
using archive::CheckedStory;

class OpenFile {
 public:
  explicit OpenFile(const std::string& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), error_(errno) {}
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int descriptor() const { return fd_; }
  int error() const { return error_; }

 private:
  const int fd_;
  const int error_;
};

// One import under way, of an archive that was checked.
class Importer {
 public:
  Importer(const archive::ZipSource& zip, const CheckedArchive& archive,
           const ArchiveClient& client, Progress& progress)
      : zip_(zip), archive_(archive), client_(client), progress_(progress) {
    for (const CheckedStory& story : archive.stories) ordinals_.emplace(&story, ordinals_.size());
  }

  Status Run() {
    for (const archive::ArchivedLegacy& legacy : archive_.legacies) {
      if (Status done = RestoreLegacy(legacy); !done) return done;
    }
    const Status read = archive::ReadRevisions(
        zip_, archive_,
        [this](const CheckedStory& story, std::int64_t number, const std::string& json) {
          return Take(story, number, json);
        });
    if (!read) return read;
    if (Status sent = Send(); !sent) return sent;
    Count();
    return {};
  }

  const ImportReport& report() const { return report_; }
  bool begun() const { return !outcomes_.empty(); }

 private:
  // A legacy that cannot come back holds back no other: its stories are said to be skipped.
  Status RestoreLegacy(const archive::ArchivedLegacy& legacy) {
    auto id = client_.RestoreLegacy(legacy);
    const bool deleted = !id && id.error().code == ErrorCode::kConflict;
    if (!id && !deleted) return ErrorOf(id);
    places_.push_back(deleted ? Id() : *id);
    reasons_.push_back(deleted ? id.error().message : "");
    return {};
  }

  Status Take(const CheckedStory& story, std::int64_t number, const std::string& json) {
    progress_.Show("revisions", ++read_, archive_.manifest.counts.revisions);
    if (places_[story.legacy].empty()) {
      outcomes_[&story] = {"deleted", reasons_[story.legacy]};
      return {};
    }
    // What the server keeps as it is needs no more of it.
    const auto known = outcomes_.find(&story);
    if (known != outcomes_.end() && !IsIn(known->second)) return {};
    if (batch_.Add(story, number, json)) return {};
    if (Status sent = Send(); !sent) return sent;
    batch_.Add(story, number, json);
    return {};
  }

  static bool IsIn(const ImportOutcome& outcome) {
    return outcome.outcome == "created" || outcome.outcome == "updated" ||
           outcome.outcome == "unchanged";
  }

  Status Send() {
    if (batch_.empty()) return {};
    const std::vector<const CheckedStory*> stories = batch_.stories();
    const auto outcomes =
        client_.RestoreStories(places_[batch_.legacy()], batch_.Body(), stories.size());
    if (!outcomes) return ErrorOf(outcomes);
    for (std::size_t i = 0; i < stories.size(); ++i) Note(stories[i], (*outcomes)[i]);
    batch_.Clear();
    return {};
  }

  // A story in several parts was created by its first, or changed by any.
  void Note(const CheckedStory* story, const ImportOutcome& outcome) {
    const auto [known, is_first] = outcomes_.emplace(story, outcome);
    if (is_first) return;
    const bool stays =
        IsIn(outcome) && (known->second.outcome == "created" || outcome.outcome == "unchanged");
    if (!stays) known->second = outcome;
  }

  void Count() {
    for (const CheckedStory& story : archive_.stories) {
      const PendingItem item{ordinals_.at(&story), story.id, {0, story.folder}};
      report_.Count(item, outcomes_[&story]);
    }
  }

  const archive::ZipSource& zip_;
  const CheckedArchive& archive_;
  const ArchiveClient& client_;
  Progress& progress_;
  std::map<const CheckedStory*, std::size_t> ordinals_;
  std::vector<Id> places_;            // Of each legacy there; empty for one that cannot come back.
  std::vector<std::string> reasons_;  // Why not.
  ArchiveBatch batch_;
  std::map<const CheckedStory*, ImportOutcome> outcomes_;
  std::int64_t read_ = 0;
  ImportReport report_;
};

Status Import(const ArchiveImportOptions& options, const ServerWorld& world) {
  auto server = CleanServer(options.server);
  if (!server) return ErrorOf(server);
  auto token = ReadToken(options.token_file, world.token);
  if (!token) return ErrorOf(token);
  const OpenFile file(options.path);
  if (file.descriptor() < 0) {
    return Fail(ErrorCode::kNotFound,
                options.path + " cannot be read: " + std::strerror(file.error()));
  }
  const archive::ZipSource zip = [&](const archive::ZipCallbacks& callbacks) {
    return archive::ReadZip(file.descriptor(), {}, callbacks);
  };
  const auto checked = archive::CheckArchive(zip);
  if (!checked) {
    return Fail(checked.error().code,
                options.path + ": " + checked.error().message + "; nothing was imported");
  }
  RetryingSender sender(world.client, world.pauses, world.clock, world.random);
  sender.OnRetry([&](const RetryingSender::Retry& retry) {
    world.err << "heirloom: " << retry.reason << "; trying again\n" << std::flush;
  });
  const ArchiveClient client(sender, ApiAccess(*server, *token));
  Importer importer(zip, *checked, client, world.progress);
  if (const Status done = importer.Run(); !done) {
    Error error = done.error();
    if (importer.begun()) error.message += " (some of it was imported; run it again to go on)";
    return tl::unexpected<Error>(std::move(error));
  }
  const ImportReport& report = importer.report();
  options.json ? report.PrintJson(world.out) : report.Print(world.out, options.path);
  return {};
}

}  // namespace

int ImportArchive(const ArchiveImportOptions& options, const ServerWorld& world) {
  const Status done = Import(options, world);
  if (done) return kDone;
  world.err << "heirloom: " << done.error().message << "\n";
  return done.error().code == ErrorCode::kInvalidArgument ? kUsage : kFailed;
}

}  // namespace heirloom::cli
