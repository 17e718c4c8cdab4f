#include "appliance/wiring/doctor.h"

#include <optional>
#include <string>

#include "appliance/graph/graph_check_service.h"
#include "appliance/operations/blob_check.h"
#include "appliance/operations/data_directory_check.h"
#include "appliance/operations/truth_check.h"
#include "appliance/search/index_check_service.h"
#include "appliance/stories/revision_check_service.h"
#include "appliance/stories/story_feed_service.h"

namespace heirloom {
namespace {

// A check that cannot be done is itself something that was found.
class Examiner {
 public:
  explicit Examiner(Examination& examination) : examination_(examination) {}

  void Note(const char* check, const Status& done) {
    if (done) return;
    examination_.findings.Error(check, "it could not be looked at: " + done.error().message,
                                "see the log; then run this again");
  }

  void Outbox(const Core& core) {
    const auto events = CheckOutbox(*core.database, core.platform->clock, examination_.findings);
    if (events) examination_.events = *events;
    Note("outbox", events ? Status() : Status(ErrorOf(events)));
  }

  void Revisions(const Core& core, Progress& progress) {
    const auto checked =
        CheckRevisions(*core.database, progress, [&](const RevisionFinding& finding) {
          const std::string which =
              finding.number > 0 ? "revision " + std::to_string(finding.number) + " of story "
                                 : "story ";
          examination_.findings.Error(
              "revisions", which + finding.story_id + ": " + finding.reason,
              "put back a backup from before it: heirloom restore --data-dir DIR --from FILE");
          return true;
        });
    if (checked) examination_.revisions = checked->revisions;
    Note("revisions", checked ? Status() : Status(ErrorOf(checked)));
  }

  void Index(const Core& core, const StoryIndex& index, Progress& progress) {
    const auto documents = Compare(core, index, {}, progress);
    if (documents) examination_.documents = *documents;
  }

  void Vectors(const Core& core, const StoryIndex& index, Progress& progress) {
    (void)Compare(core, index, WordsOfVectors(), progress);
  }

  void Graph(const Core& core, const GraphStore& graph, Progress& progress) {
    const auto items =
        CheckGraph(*core.database, core.platform->clock, graph, examination_.findings, progress);
    Note("graph", items ? Status() : Status(ErrorOf(items)));
  }

  void Blobs(const Core& core, BlobStore& store, Progress& progress) {
    const auto blobs = CheckBlobs(*core.database, store, examination_.findings, progress);
    if (blobs) examination_.blobs = *blobs;
    Note("blobs", blobs ? Status() : Status(ErrorOf(blobs)));
  }

 private:
  Result<std::int64_t> Compare(const Core& core, const StoryIndex& index, const IndexWords& words,
                               Progress& progress) {
    StoryFeedService feed(*core.database);
    auto documents =
        CheckIndex(*core.database, feed, index, words, examination_.findings, progress);
    Note(words.check, documents ? Status() : Status(ErrorOf(documents)));
    return documents;
  }

  Examination& examination_;
};

Status CalledOff() { return Fail(ErrorCode::kUnavailable, "nobody waits for the result any more"); }

}  // namespace

Result<Examination> ExamineInstallation(const Config& config, DatabaseMaintenance& maintenance,
                                        const OpenForDoctor& open, Progress& progress) {
  Examination examination;
  CheckDataDirectory(config.data_dir, examination.findings);
  const Result<bool> readable = maintenance.Inspect(examination.findings, progress);
  if (!readable) return ErrorOf(readable);
  if (!*readable) return examination;

  Examiner examiner(examination);
  const Result<OpenStores> stores = open();
  if (!stores) {
    examiner.Note("database", ErrorOf(stores));
    return examination;
  }
  examiner.Outbox(*stores->core);
  progress.Show("checking the audit trail", 0, 0);
  examiner.Note("audit", CheckAudit(*stores->core->database, examination.findings));
  examiner.Revisions(*stores->core, progress);
  if (stores->index) {
    examiner.Index(*stores->core, *stores->index, progress);
  } else {
    examination.findings.Note("search", "there is no index yet; a daemon builds it");
  }
  if (stores->vectors) examiner.Vectors(*stores->core, *stores->vectors, progress);
  if (stores->graph) {
    examiner.Graph(*stores->core, *stores->graph, progress);
  } else {
    examination.findings.Note("graph", "there is no graph yet; a daemon builds it");
  }
  if (stores->blobs) examiner.Blobs(*stores->core, *stores->blobs, progress);
  if (progress.Cancelled()) return ErrorOf(CalledOff());
  return examination;
}

}  // namespace heirloom
