#include "appliance/wiring/doctor.h"

#include <optional>
#include <string>

#include "appliance/operations/data_directory_check.h"
#include "appliance/operations/truth_check.h"
#include "appliance/stories/revision_check_service.h"

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

  // The index is at a place in the history of the database it follows, at most at its end.
  Status IndexPosition(const Core& core, const SearchIndex& index) {
    const auto at = index.Committed();
    if (!at) return ErrorOf(at);
    const auto head = ReadOne(*core.database, [](Reader& reader) { return reader.Head(); });
    if (!head) return ErrorOf(head);
    Findings& findings = examination_.findings;
    if (!*at) {
      findings.Note("search", "the index is empty; a daemon builds it");
    } else if ((*at)->epoch != head->epoch) {
      findings.Note("search",
                    "the index is of another history than the database; a daemon builds it again");
    } else if ((*at)->sequence > head->sequence) {
      findings.Error("search",
                     "the index is ahead of the database (" + std::to_string((*at)->sequence) +
                         " against " + std::to_string(head->sequence) +
                         "): an older database was put in place of a newer one",
                     "if that was meant, put it back with heirloom restore --data-dir DIR --from "
                     "FILE instead; what was written since is not in it");
    }
    return {};
  }

 private:
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
    examiner.Note("search", examiner.IndexPosition(*stores->core, *stores->index));
  } else {
    examination.findings.Note("search", "there is no index yet; a daemon builds it");
  }
  if (progress.Cancelled()) return ErrorOf(CalledOff());
  return examination;
}

}  // namespace heirloom
