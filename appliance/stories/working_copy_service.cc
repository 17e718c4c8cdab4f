#include "appliance/stories/working_copy_service.h"

#include "appliance/base/log.h"
#include "appliance/stories/story_access.h"
#include "appliance/stories/story_change.h"
#include "appliance/stories/story_writer.h"
#include "appliance/stories/working_copy_json.h"
#include "appliance/stories/working_copy_repository.h"

namespace heirloom {
namespace {

namespace repository = working_copy_repository;

// Against somebody whose browser autosaves again and again while we save.
constexpr int kMaxTries = 5;

// Marks, within this file, a copy that was autosaved again while it was being saved.
constexpr ErrorCode kAutosavedMeanwhile = ErrorCode::kConflict;

// The copy as a change of the story, which ends it with the same transaction.
Result<StoryWritten> SaveCopy(Database& database, const Clock& clock, const Principal& who,
                              const Id& story_id, const repository::CopyRow& copy,
                              std::string_view note) {
  auto input = ParseWorkingCopy(copy.content);
  if (!input) return ErrorOf(input);
  if (input->note.empty()) input->note = note;
  StoryChange change{*input, copy.base_version};
  change.also = [&](Transaction& tx) -> Status {
    const auto deleted =
        repository::DeleteVersion(tx, who.tenant_id, story_id, who.user_id, copy.version);
    if (!deleted) return ErrorOf(deleted);
    if (!*deleted) return Fail(kAutosavedMeanwhile, "autosaved meanwhile");
    return {};
  };
  return ChangeStory(database, clock, who, story_id, change);
}

Result<StoryWritten> Unchanged(Reader& reader, const Principal& who, const Id& story_id) {
  auto row = FindStory(reader, who, story_id, Action::kEditStory);
  if (!row) return ErrorOf(row);
  auto head = reader.Head();
  if (!head) return ErrorOf(head);
  return StoryWritten{{ViewOf(who, std::move(*row)), std::move(*head)}, false};
}

}  // namespace

Status WorkingCopyService::RequireSeen(const Principal& who, const Id& story_id) {
  return database_.Read([&](Reader& reader) -> Status {
    const auto row = FindStoryHead(reader, who, story_id, Action::kReadStory);
    if (!row) return ErrorOf(row);
    return {};
  });
}

Result<WorkingCopyState> WorkingCopyService::Put(const Principal& who, const Id& story_id,
                                                 std::int64_t base_version,
                                                 const StoryInput& input) {
  repository::CopyRow row{base_version, WorkingCopyJson(input), 1, clock_.Now()};
  std::int64_t story_version = 0;
  const auto position = database_.Write([&](Transaction& tx) -> Status {
    if (Status s = LockStory(tx, who.tenant_id, story_id); !s) return s;
    const auto story = FindStoryHead(tx, who, story_id, Action::kEditStory);
    if (!story) return ErrorOf(story);
    story_version = story->story.version;
    if (base_version > story_version) {
      return FailFields({{"/base_version", "this story has had no such version yet"}});
    }
    const auto before = repository::Find(tx, who.tenant_id, story_id, who.user_id);
    if (!before) return ErrorOf(before);
    row.version = *before ? (*before)->version + 1 : 1;
    return repository::Put(tx, who.tenant_id, story_id, who.user_id, row);
  });
  if (!position) return ErrorOf(position);
  return WorkingCopyState{row.base_version, row.version, row.saved_at, story_version};
}

Result<WorkingCopy> WorkingCopyService::Get(const Principal& who, const Id& story_id) {
  std::optional<repository::CopyRow> copy;
  auto story = ReadOne(database_, [&](Reader& reader) -> Result<StoryRow> {
    auto row = FindStory(reader, who, story_id, Action::kReadStory);
    if (!row) return ErrorOf(row);
    auto found = repository::Find(reader, who.tenant_id, story_id, who.user_id);
    if (!found) return ErrorOf(found);
    copy = std::move(*found);
    return row;
  });
  if (!story) return ErrorOf(story);
  if (!copy) return Fail(ErrorCode::kNotFound, "You have no unsaved changes here.");
  const auto input = ParseWorkingCopy(copy->content);
  if (!input) return ErrorOf(input);
  return WorkingCopy{{copy->base_version, copy->version, copy->saved_at, story->story.version},
                     Merge(story->story.content, *input)};
}

Status WorkingCopyService::Discard(const Principal& who, const Id& story_id) {
  const auto position = database_.Write([&](Transaction& tx) -> Status {
    if (Status s = LockStory(tx, who.tenant_id, story_id); !s) return s;
    const auto story = FindStoryHead(tx, who, story_id, Action::kReadStory);
    if (!story) return ErrorOf(story);
    return repository::Delete(tx, who.tenant_id, story_id, who.user_id);
  });
  if (!position) return ErrorOf(position);
  return {};
}

Result<StoryWritten> WorkingCopyService::Save(const Principal& who, const Id& story_id) {
  for (int tries = 1;; ++tries) {
    std::optional<repository::CopyRow> copy;
    auto unchanged = ReadOne(database_, [&](Reader& reader) -> Result<StoryWritten> {
      auto found = repository::Find(reader, who.tenant_id, story_id, who.user_id);
      if (!found) return ErrorOf(found);
      copy = std::move(*found);
      if (copy) return StoryWritten{};
      return Unchanged(reader, who, story_id);
    });
    if (!unchanged || !copy) return unchanged;
    auto saved = SaveCopy(database_, clock_, who, story_id, *copy, "");
    if (saved || saved.error().code != kAutosavedMeanwhile) return saved;
    if (tries == kMaxTries) return FailForNow(ErrorCode::kUnavailable, "autosaved all the time", 1);
  }
}

Status WorkingCopyService::Housekeep(std::int64_t limit) {
  const Time by = clock_.Now() - kIdle;
  const auto idle =
      ReadOne(database_, [&](Reader& reader) { return repository::Idle(reader, by, limit); });
  if (!idle) return ErrorOf(idle);
  for (const repository::IdleCopy& each : *idle) {
    const Principal who{each.tenant_id, each.user_id, each.user_name, false, std::nullopt};
    const auto copy = ReadOne(database_, [&](Reader& reader) {
      return repository::Find(reader, each.tenant_id, each.story_id, each.user_id);
    });
    if (!copy) return ErrorOf(copy);
    if (!*copy || (*copy)->version != each.version) continue;  // They are at it again.
    if (!each.user_disabled) {
      const auto saved = SaveCopy(database_, clock_, who, each.story_id, **copy, "Saved by itself");
      if (saved) continue;
      const ErrorCode why = saved.error().code;
      if (why == ErrorCode::kUnavailable) return ErrorOf(saved);
      if (why == kAutosavedMeanwhile) continue;
      if (why == ErrorCode::kInternal) {
        LogError("a working copy could not be saved by itself",
                 {{"story", each.story_id}, {"why", saved.error().message}});
      }
    }
    const auto parked =
        database_.Write([&](Transaction& tx) { return repository::Park(tx, each); });
    if (!parked) return ErrorOf(parked);
  }
  return {};
}

}  // namespace heirloom
