#pragma once

#include <optional>
#include <string>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/content/document.h"
#include "appliance/domain/policy.h"
#include "appliance/domain/position.h"
#include "appliance/domain/request_key.h"
#include "appliance/domain/story.h"
#include "appliance/stories/revision_diff.h"
#include "storage/database.h"

namespace heirloom {

// A story as the asker may see it.
struct StoryView {
  Story story;
  bool may_edit = false;
  bool may_delete = false;
};

// A story as it is after a change. `replayed`: an earlier request with this key made it.
struct StoryWritten : Written<StoryView> {
  bool replayed = false;
};

// What somebody writes. In a patch, what is not there stays; a new story needs a title.
struct StoryInput {
  std::optional<std::string> title;
  std::optional<Document> document;
  std::optional<StoryStatus> status;
  std::optional<std::vector<std::string>> tags;
  std::optional<std::string> language;
  std::optional<std::optional<Edtf>> happened_at;
  std::optional<std::optional<std::string>> place;
  std::optional<std::string> author;
  std::string note;
};

struct StoryListQuery {
  std::optional<Id> legacy_id = {};
  std::optional<StoryStatus> status = {};  // nullopt: all but archived ones.
  std::optional<std::string> tag = {};
  bool by_happening = false;
  std::vector<std::string> after = {};  // Cursor parts: order number, id.
  std::int64_t limit = 30;
};

template <typename T>
struct StoryPage {
  std::vector<T> items;
  std::vector<std::string> next;  // Cursor parts; empty on the last page.
};

// Stories and their revisions: who may, what follows. Every change writes the story, its revision
// and its event in one transaction. What somebody may not see is kNotFound. With a request key a
// change is made once: a repeat gives the story as it is, if `who` may still read it. Thread-safe.
class StoryService {
 public:
  StoryService(Database& database, const Clock& clock, IdSource& ids)
      : database_(database), clock_(clock), ids_(ids) {}

  // `input.title` must be there. Author, language and status have defaults: the asker's name, the
  // legacy's language, published.
  Result<StoryWritten> Create(const Principal& who, const Id& legacy_id, const StoryInput& input,
                              const std::optional<RequestKey>& key = std::nullopt);
  // kNotFound unless `who` may read it: costs less than Get.
  Status RequireSeen(const Principal& who, const Id& id);
  Result<StoryView> Get(const Principal& who, const Id& id);
  // Items carry the excerpt as text and no document.
  Result<StoryPage<StoryView>> List(const Principal& who, const StoryListQuery& query);

  // `version` is what the asker saw last; nullopt: whatever it is. kPreconditionFailed when it is
  // another by now. A change that changes nothing makes no revision. Ends the asker's working copy.
  Result<StoryWritten> Update(const Principal& who, const Id& id,
                              std::optional<std::int64_t> version, const StoryInput& input,
                              const std::optional<RequestKey>& key = std::nullopt);
  // Into the bin, from where BinService takes it back.
  Result<Position> Delete(const Principal& who, const Id& id, std::optional<std::int64_t> version);

  // Cursor parts: number.
  Result<StoryPage<Revision>> Revisions(const Principal& who, const Id& id,
                                        const std::vector<std::string>& after, std::int64_t limit);
  Result<Revision> GetRevision(const Principal& who, const Id& id, std::int64_t number);
  // What changed from revision `against` to `number`; 0 stands for nothing, nullopt for the newest
  // one before that `who` may read. kInvalidArgument at ?against when it is no earlier one.
  Result<RevisionDiff> Diff(const Principal& who, const Id& id, std::int64_t number,
                            std::optional<std::int64_t> against);
  // Makes the content of revision `number` the newest one again, but for the status.
  Result<StoryWritten> Restore(const Principal& who, const Id& id, std::int64_t number,
                               std::optional<std::int64_t> version,
                               const std::optional<RequestKey>& key = std::nullopt);

 private:
  Database& database_;
  const Clock& clock_;
  IdSource& ids_;
};

}  // namespace heirloom
