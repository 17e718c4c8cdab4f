#include "appliance/stories/story_service.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "appliance/base/text.h"
#include "appliance/stories/revision_repository.h"
#include "appliance/stories/story_access.h"
#include "appliance/stories/story_repository.h"
#include "appliance/stories/story_writer.h"

namespace heirloom {
namespace {

namespace repository = story_repository;

// Against somebody who saves again and again while we merge on top of "whatever it is".
constexpr int kMaxTries = 5;

StoryView ViewOf(const Principal& who, StoryRow row) {
  const bool may_edit = static_cast<bool>(Decide(who, Action::kEditStory, row.resource));
  const bool may_delete = static_cast<bool>(Decide(who, Action::kDeleteStory, row.resource));
  return {std::move(row.story), may_edit, may_delete};
}

Status CheckVersion(const Story& story, std::optional<std::int64_t> version) {
  if (!version || *version == story.version) return {};
  return Fail(ErrorCode::kPreconditionFailed,
              "Somebody changed this story since you read it; read it again and merge.");
}

std::optional<std::int64_t> ParseNumber(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

tl::unexpected<Error> BadCursor() {
  return FailFields({{"?cursor", "is not a cursor of this list"}});
}

struct Base {
  StoryRow row;
  std::string digest;  // Of the newest revision.
};

// What a change starts from, on one snapshot.
Result<Base> ReadBase(Reader& reader, const Principal& who, const Id& id,
                      std::optional<std::int64_t> version) {
  auto row = FindStory(reader, who, id, Action::kEditStory);
  if (!row) return ErrorOf(row);
  if (const Status same = CheckVersion(row->story, version); !same) return ErrorOf(same);
  auto digest = revision_repository::DigestOf(reader, who.tenant_id, id, row->story.revision);
  if (!digest) return ErrorOf(digest);
  if (!*digest) return Fail(ErrorCode::kInternal, "story " + id + " lacks its newest revision");
  return Base{std::move(*row), std::move(**digest)};
}

// The revision, if `who` may see the story and what it was then.
Result<Revision> FindRevision(Reader& reader, const Principal& who, const Id& id,
                              std::int64_t number) {
  const auto row = FindStory(reader, who, id, Action::kReadStory);
  if (!row) return ErrorOf(row);
  auto revision = revision_repository::ByNumber(reader, who.tenant_id, id, number);
  if (!revision) return ErrorOf(revision);
  Resource then = row->resource;
  if (*revision) then.story_status = (*revision)->content.status;
  if (!*revision || !Decide(who, Action::kReadStory, then)) {
    return Fail(ErrorCode::kNotFound, "This story has no such revision.");
  }
  return std::move(**revision);
}

}  // namespace

Result<Written<StoryView>> StoryService::Create(const Principal& who, const Id& legacy_id,
                                                const StoryInput& input) {
  const auto legacy = ReadOne(database_, [&](Reader& reader) {
    return FindLegacy(reader, who, legacy_id, Action::kCreateStory);
  });
  if (!legacy) return ErrorOf(legacy);
  const Time now = clock_.Now();
  Story story;
  story.id = ids_.Next();
  story.legacy_id = legacy_id;
  story.created_by = who.user_id;
  story.created_by_name = who.name;
  story.created_at = now;
  StoryContent content;
  content.language = legacy->language;
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
    // Again: the membership may have ended since.
    const auto still = FindLegacy(tx, who, legacy_id, Action::kCreateStory);
    if (!still) return ErrorOf(still);
    row.resource = still->resource;
    return WriteNew(tx, who, prepared);
  });
  if (!position) return ErrorOf(position);
  row.resource.story_status = row.story.content.status;
  row.resource.own_story = true;
  return Written<StoryView>{ViewOf(who, std::move(row)), *position};
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
    const auto order = ParseNumber(query.after[0]);
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

Result<std::vector<StoryView>> StoryService::Readable(const Principal& who,
                                                      const std::vector<Id>& ids) {
  auto rows = ReadOne(database_, [&](Reader& reader) {
    return repository::ByIds(reader, who.tenant_id, ids, who.user_id);
  });
  if (!rows) return ErrorOf(rows);
  std::vector<StoryView> views;
  for (const Id& id : ids) {
    const auto row = std::find_if(rows->begin(), rows->end(),
                                  [&](const StoryRow& each) { return each.story.id == id; });
    if (row == rows->end() || !Decide(who, Action::kReadStory, row->resource)) continue;
    views.push_back(ViewOf(who, std::move(*row)));
  }
  return views;
}

Result<Written<StoryView>> StoryService::Update(const Principal& who, const Id& id,
                                                std::optional<std::int64_t> version,
                                                const StoryInput& input) {
  for (int tries = 1;; ++tries) {
    auto base =
        ReadOne(database_, [&](Reader& reader) { return ReadBase(reader, who, id, version); });
    if (!base) return ErrorOf(base);
    StoryContent content = Merge(base->row.story.content, input);
    const bool changed = content != base->row.story.content;
    const std::int64_t seen = base->row.story.version;
    const PreparedStory prepared =
        Prepare(base->row.story, std::move(content), base->digest, who, input.note, clock_.Now());
    const auto position = database_.Write([&](Transaction& tx) -> Status {
      const auto row = FindStory(tx, who, id, Action::kEditStory);
      if (!row) return ErrorOf(row);
      if (const Status same = CheckVersion(row->story, seen); !same) return same;
      return changed ? WriteChanged(tx, who, prepared) : Status();
    });
    if (position) {
      StoryRow row = std::move(base->row);
      if (changed) row.story = prepared.story;
      row.resource.story_status = row.story.content.status;
      return Written<StoryView>{ViewOf(who, std::move(row)), *position};
    }
    const bool moved_on = position.error().code == ErrorCode::kPreconditionFailed;
    if (!moved_on || version || tries == kMaxTries) return ErrorOf(position);
  }
}

Result<Position> StoryService::Delete(const Principal& who, const Id& id,
                                      std::optional<std::int64_t> version) {
  return database_.Write([&](Transaction& tx) -> Status {
    auto row = FindStory(tx, who, id, Action::kDeleteStory);
    if (!row) return ErrorOf(row);
    if (const Status same = CheckVersion(row->story, version); !same) return same;
    Story& story = row->story;
    story.version += 1;
    if (Status s = repository::MarkDeleted(tx, who.tenant_id, id, story.version, clock_.Now());
        !s) {
      return s;
    }
    tx.Append({who.tenant_id, std::string(event_type::kStoryDeleted), id, story.legacy_id,
               story.version});
    return {};
  });
}

Result<StoryPage<Revision>> StoryService::Revisions(const Principal& who, const Id& id,
                                                    const std::vector<std::string>& after,
                                                    std::int64_t limit) {
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  if (!after.empty()) {
    const auto number = ParseNumber(after[0]);
    if (!number) return BadCursor();
    before = *number;
  }
  StoryPage<Revision> page;
  const Status read = database_.Read([&](Reader& reader) -> Status {
    const auto row = FindStory(reader, who, id, Action::kReadStory);
    if (!row) return ErrorOf(row);
    Resource draft = row->resource;
    draft.story_status = StoryStatus::kDraft;
    const bool with_drafts = static_cast<bool>(Decide(who, Action::kReadStory, draft));
    auto revisions =
        revision_repository::List(reader, who.tenant_id, id, with_drafts, before, limit + 1);
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
  return ReadOne(database_, [&](Reader& reader) { return FindRevision(reader, who, id, number); });
}

Result<Written<StoryView>> StoryService::Restore(const Principal& who, const Id& id,
                                                 std::int64_t number,
                                                 std::optional<std::int64_t> version) {
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
  return Update(who, id, version, input);
}

}  // namespace heirloom
