#include "appliance/stories/bin_service.h"

#include "appliance/audit/audit_trail.h"
#include "appliance/base/log.h"
#include "appliance/base/number.h"
#include "appliance/stories/bin_repository.h"
#include "appliance/stories/story_access.h"

namespace heirloom {
namespace {

Result<StoryRow> FindDeleted(Reader& reader, const Principal& who, const Id& id, Time now) {
  auto row = bin_repository::ById(reader, who.tenant_id, id, who.user_id, now - kKeptInBin);
  if (!row) return ErrorOf(row);
  const Resource resource = *row ? (*row)->resource : Resource{};
  if (const Status may = Require(who, Action::kSeeStoryInBin, resource, "story"); !may) {
    return ErrorOf(may);
  }
  return std::move(**row);
}

Status Record(Transaction& tx, const Principal& who, std::string_view action, const Id& id,
              const Id& legacy_id, Time now) {
  return audit::Append(tx, who, {action, id, legacy_id, {}}, now);
}

Result<std::optional<bin_repository::BinCursor>> ReadCursor(const std::vector<std::string>& after) {
  if (after.empty()) return std::optional<bin_repository::BinCursor>();
  const auto micros = ParseNumber<std::int64_t>(after.front());
  if (after.size() != 2 || !micros) {
    return FailFields({{"?cursor", "is not a cursor of this list"}});
  }
  return std::optional(bin_repository::BinCursor{{*micros}, after[1]});
}

}  // namespace

Result<StoryPage<DeletedStory>> BinService::List(const Principal& who,
                                                 const std::optional<Id>& legacy_id,
                                                 const std::vector<std::string>& after,
                                                 std::int64_t limit) {
  const auto cursor = ReadCursor(after);
  if (!cursor) return ErrorOf(cursor);
  const Time since = clock_.Now() - kKeptInBin;
  auto rows = ReadOne(database_, [&](Reader& reader) {
    return bin_repository::List(reader, who.tenant_id, who.user_id, legacy_id, since, *cursor,
                                limit + 1);
  });
  if (!rows) return ErrorOf(rows);
  StoryPage<DeletedStory> page;
  for (auto& [row, deleted_at, deleted_by] : *rows) {
    if (page.items.size() == static_cast<std::size_t>(limit)) {
      const DeletedStory& last = page.items.back();
      page.next = {std::to_string(last.deleted_at.micros), last.story.id};
      break;
    }
    const Decision may = Decide(who, Action::kSeeStoryInBin, row.resource);
    if (may.verdict == Verdict::kDeny) return Fail(ErrorCode::kForbidden, std::string(may.reason));
    if (may) page.items.push_back({std::move(row.story), deleted_at, std::move(deleted_by)});
  }
  return page;
}

Result<StoryView> BinService::Get(const Principal& who, const Id& id) {
  auto row = ReadOne(database_,
                     [&](Reader& reader) { return FindDeleted(reader, who, id, clock_.Now()); });
  if (!row) return ErrorOf(row);
  return StoryView{std::move(row->story)};
}

Result<Written<StoryView>> BinService::TakeBack(const Principal& who, const Id& id) {
  const Time now = clock_.Now();
  StoryRow back;
  const auto position = database_.Write([&](Transaction& tx) -> Status {
    if (Status s = LockStory(tx, who.tenant_id, id); !s) return s;
    auto alive = story_repository::ById(tx, who.tenant_id, id, who.user_id);
    if (!alive) return ErrorOf(alive);
    if (*alive) {
      back = std::move(**alive);
      return Require(who, Action::kSeeStoryInBin, back.resource, "story");
    }
    auto row = FindDeleted(tx, who, id, now);
    if (!row) return ErrorOf(row);
    back = std::move(*row);
    Story& story = back.story;
    story.version += 1;
    if (Status s = bin_repository::TakeOut(tx, who.tenant_id, story); !s) return s;
    // Created, not updated: who dropped it on StoryDeleted has nothing left to update.
    tx.Append({who.tenant_id, std::string(event_type::kStoryCreated), id, story.legacy_id,
               story.version});
    return Record(tx, who, audit::action::kStoryUndeleted, id, story.legacy_id, now);
  });
  if (!position) return ErrorOf(position);
  return Written<StoryView>{ViewOf(who, std::move(back)), *position};
}

Result<Position> BinService::Purge(const Principal& who, const Id& id) {
  const Time now = clock_.Now();
  return database_.Write([&](Transaction& tx) -> Status {
    if (Status s = LockStory(tx, who.tenant_id, id); !s) return s;
    const auto row = FindDeleted(tx, who, id, now);
    if (!row) return ErrorOf(row);
    const auto purged = bin_repository::Purge(tx, who.tenant_id, id, now, now);
    if (!purged) return ErrorOf(purged);
    return Record(tx, who, audit::action::kStoryPurged, id, row->story.legacy_id, now);
  });
}

Status BinService::Housekeep(int limit) {
  const Time now = clock_.Now();
  const Time by = now - kKeptInBin;
  std::vector<bin_repository::DueStory> deleted;
  std::vector<bin_repository::DueStory> with_legacy;
  const Status read = database_.Read([&](Reader& reader) -> Status {
    auto in_bin = bin_repository::DeletedBy(reader, by, limit);
    if (!in_bin) return ErrorOf(in_bin);
    auto of_purged = bin_repository::OfPurgedLegacies(reader, limit);
    if (!of_purged) return ErrorOf(of_purged);
    deleted = std::move(*in_bin);
    with_legacy = std::move(*of_purged);
    return {};
  });
  if (!read) return read;
  // Each in a transaction of its own: a story has as many revisions as it has, and other writers
  // come in between.
  const auto purge_each = [&](const std::vector<bin_repository::DueStory>& stories,
                              const auto& purge) {
    for (const bin_repository::DueStory& story : stories) {
      Principal daemon = audit::Housekeeping();
      daemon.tenant_id = story.tenant_id;
      const auto done = database_.Write([&](Transaction& tx) -> Status {
        Status locked = LockStory(tx, story.tenant_id, story.legacy_id, story.id);
        if (!locked) return locked;
        const Result<bool> purged = purge(tx, story);
        if (!purged) return ErrorOf(purged);
        if (!*purged) return {};  // Taken back, or removed, meanwhile.
        return Record(tx, daemon, audit::action::kStoryPurged, story.id, story.legacy_id, now);
      });
      if (done) continue;
      LogWarn("a deleted story could not be removed for good",
              {{"story", story.id}, {"why", done.error().message}});
    }
  };
  purge_each(deleted, [&](Transaction& tx, const bin_repository::DueStory& story) {
    return bin_repository::Purge(tx, story.tenant_id, story.id, by, now);
  });
  purge_each(with_legacy, [&](Transaction& tx, const bin_repository::DueStory& story) {
    return bin_repository::PurgeWithLegacy(tx, story.tenant_id, story.id, now);
  });
  return {};
}

}  // namespace heirloom
