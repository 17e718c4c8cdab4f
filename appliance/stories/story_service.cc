#include "appliance/stories/story_service.h"

#include <algorithm>
#include <limits>

#include "appliance/audit/audit_trail.h"
#include "appliance/base/number.h"
#include "appliance/base/text.h"
#include "appliance/idempotency/idempotency.h"
#include "appliance/stories/bin_repository.h"
#include "appliance/stories/revision_repository.h"
#include "appliance/stories/story_access.h"
#include "appliance/stories/story_change.h"
#include "appliance/stories/story_repository.h"
#include "appliance/stories/story_writer.h"
#include "appliance/stories/working_copy_repository.h"
#include "storage/locks.h"

namespace heirloom {
namespace {

namespace repository = story_repository;

tl::unexpected<Error> BadCursor() {
  return FailFields({{"?cursor", "is not a cursor of this list"}});
}

bool MayReadDrafts(const Principal& who, const StoryRow& row) {
  Resource draft = row.resource;
  draft.story_status = StoryStatus::kDraft;
  return static_cast<bool>(Decide(who, Action::kReadStory, draft));
}

// The revision, if `who`, who may read the story, may see what it was then.
Result<Revision> FindRevision(Reader& reader, const Principal& who, const StoryRow& row,
                              std::int64_t number) {
  auto revision = revision_repository::ByNumber(reader, who.tenant_id, row.story.id, number);
  if (!revision) return ErrorOf(revision);
  Resource then = row.resource;
  if (*revision) then.story_status = (*revision)->content.status;
  if (!*revision || !Decide(who, Action::kReadStory, then)) {
    return Fail(ErrorCode::kNotFound, "This story has no such revision.");
  }
  return std::move(**revision);
}

}  // namespace

Result<StoryWritten> StoryService::Create(const Principal& who, const Id& legacy_id,
                                          const StoryInput& input,
                                          const std::optional<RequestKey>& key) {
  const Time now = clock_.Now();
  std::optional<Id> repeats;
  repository::LegacyOfStory legacy;
  const Status read = database_.Read([&](Reader& reader) -> Status {
    auto earlier = FindRequest(reader, who, key, now);
    if (!earlier) return ErrorOf(earlier);
    repeats = std::move(*earlier);
    if (repeats) return {};
    auto found = FindLegacy(reader, who, legacy_id, Action::kCreateStory);
    if (!found) return ErrorOf(found);
    legacy = std::move(*found);
    return {};
  });
  if (!read) return ErrorOf(read);
  if (repeats) return RepeatedRequest(database_, who, *repeats);
  Story story;
  story.id = ids_.Next();
  story.legacy_id = legacy_id;
  story.created_by = who.user_id;
  story.created_by_name = who.name;
  story.created_at = now;
  StoryContent content;
  content.language = legacy.language;
  content.author = who.name;
  content = Merge(content, input);
  if (!input.document) {
    const auto empty = DocumentFromPlainText("");
    if (!empty) return ErrorOf(empty);
    content.document = empty->json;
  }
  const PreparedStory prepared =
      Prepare(std::move(story), std::move(content), "", who, input.note, now);
  StoryRow row{prepared.story, {}};
  const auto position = database_.Write([&](Transaction& tx) -> Status {
    auto earlier = ClaimRequest(tx, who, key, now);
    if (!earlier) return ErrorOf(earlier);
    repeats = std::move(*earlier);
    if (repeats) return {};
    if (Status s = LockLegacy(tx, who.tenant_id, legacy_id, LockMode::kShared); !s) return s;
    // Again: the membership may have ended since.
    const auto still = FindLegacy(tx, who, legacy_id, Action::kCreateStory);
    if (!still) return ErrorOf(still);
    row.resource = still->resource;
    if (Status written = WriteNew(tx, who, prepared); !written) return written;
    return key ? idempotency::Remember(tx, who, *key, row.story.id, now) : Status();
  });
  if (!position) return ErrorOf(position);
  if (repeats) return RepeatedRequest(database_, who, *repeats);
  row.resource.story_status = row.story.content.status;
  row.resource.own_story = true;
  return StoryWritten{{ViewOf(who, std::move(row)), *position}, false};
}

Status StoryService::RequireSeen(const Principal& who, const Id& id) {
  return database_.Read([&](Reader& reader) -> Status {
    const auto row = FindStoryHead(reader, who, id, Action::kReadStory);
    if (!row) return ErrorOf(row);
    return {};
  });
}

Result<StoryView> StoryService::Get(const Principal& who, const Id& id) {
  auto row = ReadOne(
      database_, [&](Reader& reader) { return FindStory(reader, who, id, Action::kReadStory); });
  if (!row) return ErrorOf(row);
  return ViewOf(who, std::move(*row));
}

Result<StoryPage<StoryView>> StoryService::List(const Principal& who, const StoryListQuery& query) {
  StoryFilter filter{query.legacy_id, query.status, std::nullopt, query.by_happening};
  if (query.tag) filter.tag_key = FoldKey(*query.tag);
  std::optional<repository::StoryCursor> after;
  if (!query.after.empty()) {
    const auto order = ParseNumber<std::int64_t>(query.after[0]);
    if (query.after.size() != 2 || !order) return BadCursor();
    after = {*order, query.after[1]};
  }
  const auto rows = ReadOne(database_, [&](Reader& reader) {
    return repository::List(reader, who.tenant_id, who.user_id, filter, after, query.limit + 1);
  });
  if (!rows) return ErrorOf(rows);
  StoryPage<StoryView> page;
  for (const StoryRow& row : *rows) {
    if (page.items.size() == static_cast<std::size_t>(query.limit)) {
      const Story& last = page.items.back().story;
      const std::int64_t order =
          query.by_happening ? HappenedOrder(last.content.happened_at) : last.updated_at.micros;
      page.next = {std::to_string(order), last.id};
      break;
    }
    const Decision may = Decide(who, Action::kReadStory, row.resource);
    if (may.verdict == Verdict::kDeny) return Fail(ErrorCode::kForbidden, std::string(may.reason));
    if (may) page.items.push_back(ViewOf(who, row));
  }
  return page;
}

Result<StoryWritten> StoryService::Update(const Principal& who, const Id& id,
                                          std::optional<std::int64_t> version,
                                          const StoryInput& input,
                                          const std::optional<RequestKey>& key) {
  StoryChange change{input, version, key};
  change.also = [&](Transaction& tx) {
    return working_copy_repository::Delete(tx, who.tenant_id, id, who.user_id);
  };
  return ChangeStory(database_, clock_, who, id, change);
}

Result<Position> StoryService::Delete(const Principal& who, const Id& id,
                                      std::optional<std::int64_t> version) {
  const Time now = clock_.Now();
  return database_.Write([&](Transaction& tx) -> Status {
    if (Status s = LockStory(tx, who.tenant_id, id); !s) return s;
    auto row = FindStoryHead(tx, who, id, Action::kDeleteStory);
    if (!row) return ErrorOf(row);
    Story& story = row->story;
    if (const Status same = CheckVersion(story, version); !same) return same;
    story.version += 1;
    if (Status s = bin_repository::Put(tx, who.tenant_id, story, who.user_id, now); !s) return s;
    tx.Append({who.tenant_id, std::string(event_type::kStoryDeleted), id, story.legacy_id,
               story.version});
    return audit::Append(tx, who, {audit::action::kStoryDeleted, id, story.legacy_id, {}}, now);
  });
}

Result<StoryPage<Revision>> StoryService::Revisions(const Principal& who, const Id& id,
                                                    const std::vector<std::string>& after,
                                                    std::int64_t limit) {
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  if (!after.empty()) {
    const auto number = ParseNumber<std::int64_t>(after[0]);
    if (!number) return BadCursor();
    before = *number;
  }
  StoryPage<Revision> page;
  const Status read = database_.Read([&](Reader& reader) -> Status {
    const auto row = FindStoryHead(reader, who, id, Action::kReadStory);
    if (!row) return ErrorOf(row);
    auto revisions = revision_repository::List(reader, who.tenant_id, id, MayReadDrafts(who, *row),
                                               before, limit + 1);
    if (!revisions) return ErrorOf(revisions);
    page.items = std::move(*revisions);
    return {};
  });
  if (!read) return ErrorOf(read);
  if (page.items.size() > static_cast<std::size_t>(limit)) {
    page.items.resize(static_cast<std::size_t>(limit));
    page.next = {std::to_string(page.items.back().number)};
  }
  return page;
}

Result<Revision> StoryService::GetRevision(const Principal& who, const Id& id,
                                           std::int64_t number) {
  return ReadOne(database_, [&](Reader& reader) -> Result<Revision> {
    const auto row = FindStoryHead(reader, who, id, Action::kReadStory);
    if (!row) return ErrorOf(row);
    return FindRevision(reader, who, *row, number);
  });
}

Result<RevisionDiff> StoryService::Diff(const Principal& who, const Id& id, std::int64_t number,
                                        std::optional<std::int64_t> against) {
  std::optional<Revision> before;
  const auto after = ReadOne(database_, [&](Reader& reader) -> Result<Revision> {
    const auto row = FindStoryHead(reader, who, id, Action::kReadStory);
    if (!row) return ErrorOf(row);
    auto found = FindRevision(reader, who, *row, number);
    if (!found) return found;
    if (against && *against >= number) {
      return FailFields({{"?against", "must be an earlier revision, or 0"}});
    }
    if (!against) {
      const auto earlier =
          revision_repository::List(reader, who.tenant_id, id, MayReadDrafts(who, *row), number, 1);
      if (!earlier) return ErrorOf(earlier);
      against = earlier->empty() ? 0 : earlier->front().number;
    }
    if (*against == 0) return found;
    auto base = FindRevision(reader, who, *row, *against);
    if (!base) return base;
    before = std::move(*base);
    return found;
  });
  if (!after) return ErrorOf(after);
  // Compared here, so that no connection is held meanwhile.
  return DiffRevisions(before, *after);
}

Result<StoryWritten> StoryService::Restore(const Principal& who, const Id& id, std::int64_t number,
                                           std::optional<std::int64_t> version,
                                           const std::optional<RequestKey>& key) {
  const auto revision = GetRevision(who, id, number);
  if (!revision) return ErrorOf(revision);
  const StoryContent& then = revision->content;
  StoryInput input;
  input.title = then.title;
  input.document = Document{then.document, then.text};
  input.tags = then.tags;
  input.language = then.language;
  input.happened_at = then.happened_at;
  input.place = then.place;
  input.author = then.author;
  input.note = "Restored revision " + std::to_string(number);
  // A working copy stays: nothing is lost by restoring.
  return ChangeStory(database_, clock_, who, id, {input, version, key});
}

}  // namespace heirloom
