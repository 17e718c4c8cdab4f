#include "appliance/stories/tag_service.h"

#include <algorithm>

#include "appliance/audit/audit_trail.h"
#include "appliance/base/json.h"
#include "appliance/base/text.h"
#include "appliance/stories/story_access.h"
#include "appliance/stories/story_writer.h"
#include "storage/locks.h"

namespace heirloom {
namespace {

constexpr std::int64_t kStoriesAtOnce = 100;
// One request; whoever has more sends it again.
constexpr std::int64_t kMaxChanged = 20'000;
// Rounds in which somebody else saved one of the stories first.
constexpr int kMaxTries = 20;

// `tags` with `to` instead of the tag that has `from_key`, each tag once.
std::vector<std::string> Renamed(const std::vector<std::string>& tags, std::string_view from_key,
                                 const std::string& to) {
  std::vector<std::string> renamed;
  std::vector<std::string> keys;
  for (const std::string& tag : tags) {
    std::string key = FoldKey(tag);
    const bool is_it = key == from_key;
    if (is_it) key = FoldKey(to);
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    renamed.push_back(is_it ? to : tag);
    keys.push_back(std::move(key));
  }
  return renamed;
}

std::string DetailOf(const std::string& from, const std::string& to, std::int64_t changed) {
  JsonWriter json;
  json.BeginObject().Member("from", from).Member("to", to).Member("stories", changed).EndObject();
  return json.Take();
}

// A step of a renaming: stories with all that is costly made before the transaction.
struct Step {
  std::vector<PreparedStory> prepared;
  Id last;  // Of the stories that were looked at; empty when there were none.
};

Step PrepareStep(const std::vector<tag_repository::TaggedStory>& stories, const Principal& who,
                 const std::string& from, const std::string& to, Time now) {
  Step step;
  for (const auto& [row, digest] : stories) {
    step.last = row.story.id;
    StoryContent content = row.story.content;
    content.tags = Renamed(content.tags, FoldKey(from), to);
    if (content == row.story.content) continue;
    step.prepared.push_back(Prepare(row.story, std::move(content), digest, who,
                                    "Tag renamed: " + from + " → " + to, now));
  }
  return step;
}

// How many of the step were written; the others were changed, or deleted, since they were read.
Result<std::int64_t> WriteStep(Transaction& tx, const Principal& who, const Id& legacy_id,
                               const Step& step) {
  Status locked = LockLegacy(tx, who.tenant_id, legacy_id, LockMode::kExclusive);
  if (!locked) return ErrorOf(locked);
  const auto legacy = FindLegacy(tx, who, legacy_id, Action::kRenameTags);
  if (!legacy) return ErrorOf(legacy);
  std::int64_t written = 0;
  for (const PreparedStory& prepared : step.prepared) {
    const auto now = story_repository::HeadById(tx, who.tenant_id, prepared.story.id, who.user_id);
    if (!now) return ErrorOf(now);
    if (!*now || (*now)->story.version + 1 != prepared.story.version) continue;
    if (Status s = WriteChanged(tx, who, prepared); !s) return ErrorOf(s);
    ++written;
  }
  return written;
}

}  // namespace

Result<StoryPage<TagCount>> TagService::List(const Principal& who, const Id& legacy_id,
                                             const std::vector<std::string>& after,
                                             std::int64_t limit) {
  auto rows =
      ReadOne(database_, [&](Reader& reader) -> Result<std::vector<tag_repository::TagRow>> {
        const auto legacy = FindLegacy(reader, who, legacy_id, Action::kReadStory);
        if (!legacy) return ErrorOf(legacy);
        return tag_repository::Counts(reader, who.tenant_id, legacy_id, who.user_id,
                                      after.empty() ? "" : after.front(), limit + 1);
      });
  if (!rows) return ErrorOf(rows);
  StoryPage<TagCount> page;
  if (rows->size() > static_cast<std::size_t>(limit)) {
    rows->resize(static_cast<std::size_t>(limit));
    page.next = {rows->back().key};
  }
  for (tag_repository::TagRow& row : *rows) page.items.push_back(std::move(row.count));
  return page;
}

Status TagService::RequireSeen(const Principal& who, const Id& legacy_id) {
  return database_.Read([&](Reader& reader) -> Status {
    const auto legacy = FindLegacy(reader, who, legacy_id, Action::kReadStory);
    if (!legacy) return ErrorOf(legacy);
    return {};
  });
}

Result<Written<TagRenamed>> TagService::Rename(const Principal& who, const Id& legacy_id,
                                               const std::string& from, const std::string& to) {
  const std::string from_key = FoldKey(from);
  const std::string to_key = FoldKey(to);
  Written<TagRenamed> done;
  const Status begun = database_.Read([&](Reader& reader) -> Status {
    const auto legacy = FindLegacy(reader, who, legacy_id, Action::kRenameTags);
    if (!legacy) return ErrorOf(legacy);
    const auto used = tag_repository::InUse(reader, who.tenant_id, legacy_id, to_key);
    if (!used) return ErrorOf(used);
    done.value.merged = *used && from_key != to_key;
    auto head = reader.Head();
    if (!head) return ErrorOf(head);
    done.position = std::move(*head);
    return {};
  });
  if (!begun) return ErrorOf(begun);
  Id after;
  for (int tries = 0; tries < kMaxTries && done.value.changed < kMaxChanged;) {
    const auto stories = ReadOne(database_, [&](Reader& reader) {
      return tag_repository::Carrying(reader, who.tenant_id, legacy_id, who.user_id, from_key,
                                      after, kStoriesAtOnce);
    });
    if (!stories) return ErrorOf(stories);
    if (stories->empty()) return done;
    const Time now = clock_.Now();
    const Step step = PrepareStep(*stories, who, from, to, now);
    std::int64_t changed = 0;
    if (!step.prepared.empty()) {
      const auto position = database_.Write([&](Transaction& tx) -> Status {
        const auto written = WriteStep(tx, who, legacy_id, step);
        if (!written) return ErrorOf(written);
        changed = *written;
        if (changed == 0) return {};
        return audit::Append(
            tx, who,
            {audit::action::kTagRenamed, legacy_id, legacy_id, DetailOf(from, to, changed)}, now);
      });
      if (!position) return ErrorOf(position);
      done.position = *position;
      done.value.changed += changed;
    }
    if (changed < static_cast<std::int64_t>(step.prepared.size())) {
      ++tries;  // From here again: what was changed is not found again, or is as it should be.
    } else {
      after = step.last;
    }
  }
  return FailForNow(ErrorCode::kUnavailable,
                    "renaming a tag was cut short; the same request goes on", 1);
}

}  // namespace heirloom
