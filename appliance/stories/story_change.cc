#include "appliance/stories/story_change.h"

#include "appliance/idempotency/idempotency.h"
#include "appliance/stories/revision_repository.h"
#include "appliance/stories/story_access.h"
#include "appliance/stories/story_writer.h"

namespace heirloom {
namespace {

// Against somebody who saves again and again while we merge on top of "whatever it is".
constexpr int kMaxTries = 5;

// What a change starts from, on one snapshot.
struct Base {
  std::optional<Id> repeats;  // The request was answered before; nothing else is here then.
  StoryRow row;
  std::string digest;  // Of the newest revision.
};

Result<Base> ReadBase(Reader& reader, const Principal& who, const Id& id, const StoryChange& change,
                      Time now) {
  // Before the version is looked at: what the first request changed is no conflict for the second.
  auto repeats = FindRequest(reader, who, change.key, now);
  if (!repeats) return ErrorOf(repeats);
  if (*repeats) return Base{std::move(*repeats), {}, {}};
  auto row = FindStory(reader, who, id, Action::kEditStory);
  if (!row) return ErrorOf(row);
  if (const Status same = CheckVersion(row->story, change.version); !same) return ErrorOf(same);
  auto digest = revision_repository::DigestOf(reader, who.tenant_id, id, row->story.revision);
  if (!digest) return ErrorOf(digest);
  if (!*digest) return Fail(ErrorCode::kInternal, "story " + id + " lacks its newest revision");
  return Base{std::nullopt, std::move(*row), std::move(**digest)};
}

}  // namespace

Result<std::optional<Id>> FindRequest(Reader& reader, const Principal& who,
                                      const std::optional<RequestKey>& key, Time now) {
  if (!key) return std::optional<Id>();
  return idempotency::Find(reader, who, *key, now);
}

Result<std::optional<Id>> ClaimRequest(Transaction& tx, const Principal& who,
                                       const std::optional<RequestKey>& key, Time now) {
  if (!key) return std::optional<Id>();
  return idempotency::Claim(tx, who, *key, now);
}

Result<StoryWritten> RepeatedRequest(Database& database, const Principal& who, const Id& story) {
  return ReadOne(database, [&](Reader& reader) -> Result<StoryWritten> {
    auto row = FindStory(reader, who, story, Action::kReadStory);
    if (!row) return ErrorOf(row);
    auto head = reader.Head();
    if (!head) return ErrorOf(head);
    return StoryWritten{{ViewOf(who, std::move(*row)), std::move(*head)}, true};
  });
}

Result<StoryWritten> ChangeStory(Database& database, const Clock& clock, const Principal& who,
                                 const Id& id, const StoryChange& change) {
  for (int tries = 1;; ++tries) {
    const Time now = clock.Now();
    auto base =
        ReadOne(database, [&](Reader& reader) { return ReadBase(reader, who, id, change, now); });
    if (!base) return ErrorOf(base);
    if (base->repeats) return RepeatedRequest(database, who, *base->repeats);
    StoryContent content = Merge(base->row.story.content, change.input);
    const bool changed = content != base->row.story.content;
    const std::int64_t seen = base->row.story.version;
    const PreparedStory prepared =
        Prepare(base->row.story, std::move(content), base->digest, who, change.input.note, now);
    std::optional<Id> repeats;
    const auto position = database.Write([&](Transaction& tx) -> Status {
      auto found = ClaimRequest(tx, who, change.key, now);
      if (!found) return ErrorOf(found);
      repeats = std::move(*found);
      if (repeats) return {};
      if (Status s = LockStory(tx, who.tenant_id, base->row.story.legacy_id, id); !s) return s;
      const auto row = FindStoryHead(tx, who, id, Action::kEditStory);
      if (!row) return ErrorOf(row);
      if (const Status same = CheckVersion(row->story, seen); !same) return same;
      if (changed) {
        if (Status s = WriteChanged(tx, who, prepared); !s) return s;
      }
      if (change.also) {
        if (Status s = change.also(tx); !s) return s;
      }
      return change.key ? idempotency::Remember(tx, who, *change.key, id, now) : Status();
    });
    if (position && repeats) return RepeatedRequest(database, who, *repeats);
    if (position) {
      StoryRow row = std::move(base->row);
      if (changed) row.story = prepared.story;
      row.resource.story_status = row.story.content.status;
      return StoryWritten{{ViewOf(who, std::move(row)), *position}, false};
    }
    const bool moved_on = position.error().code == ErrorCode::kPreconditionFailed;
    if (!moved_on || change.version || tries == kMaxTries) return ErrorOf(position);
  }
}

}  // namespace heirloom
