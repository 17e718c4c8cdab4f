#include "appliance/stories/import_service.h"

#include "appliance/base/encoding.h"
#include "appliance/stories/import_repository.h"
#include "appliance/stories/revision_repository.h"
#include "appliance/stories/story_access.h"
#include "appliance/stories/story_repository.h"
#include "appliance/stories/story_writer.h"
#include "storage/locks.h"

namespace heirloom {
namespace {

namespace repository = story_repository;

// An item with all that is costly made before the transaction: what it says, and the story it would
// be if it is new here.
struct Candidate {
  const ImportItem* item;
  std::string hash;  // Of what the source says, to know again an item that has not changed.
  PreparedStory fresh;
};

StoryContent Defaults(const Principal& who, const repository::LegacyOfStory& legacy) {
  StoryContent content;
  content.language = legacy.language;
  content.author = who.name;
  return content;
}

Candidate MakeCandidate(const Principal& who, const Id& legacy_id,
                        const repository::LegacyOfStory& legacy, const ImportItem& item, Id id,
                        Time now) {
  Story story;
  story.id = std::move(id);
  story.legacy_id = legacy_id;
  story.created_by = who.user_id;
  story.created_by_name = who.name;
  story.created_at = now;
  Candidate candidate;
  candidate.item = &item;
  candidate.fresh =
      Prepare(std::move(story), Merge(Defaults(who, legacy), item.input), "", who, "Imported", now);
  candidate.hash = candidate.fresh.revision.content_hash;
  return candidate;
}

// The source says something new about a story that nobody has edited here.
Result<PreparedStory> PrepareUpdate(Transaction& tx, const Principal& who, const Candidate& item,
                                    const StoryRow& row, Time now) {
  const auto digest =
      revision_repository::DigestOf(tx, who.tenant_id, row.story.id, row.story.revision);
  if (!digest) return ErrorOf(digest);
  return Prepare(row.story, item.fresh.story.content, digest->value_or(""), who, "Imported again",
                 now);
}

Result<ImportedItem> ImportOne(Transaction& tx, const Principal& who, const Id& legacy_id,
                               std::string_view source, const Candidate& candidate, Time now) {
  const std::string& source_id = candidate.item->source_id;
  const auto known = import_repository::ById(tx, who.tenant_id, legacy_id, source, source_id);
  if (!known) return ErrorOf(known);
  const auto remember = [&](const Story& story) {
    return import_repository::Put(tx, who.tenant_id, legacy_id, source, source_id,
                                  {story.id, candidate.hash, story.version});
  };
  if (!*known) {
    const Story& story = candidate.fresh.story;
    if (Status s = WriteNew(tx, who, candidate.fresh); !s) return ErrorOf(s);
    if (Status s = remember(story); !s) return ErrorOf(s);
    return ImportedItem{source_id, ImportOutcome::kCreated, story.id, {}};
  }
  ImportedItem done{source_id, ImportOutcome::kUnchanged, (*known)->story_id, {}};
  const auto row = repository::ById(tx, who.tenant_id, (*known)->story_id, who.user_id);
  if (!row) return ErrorOf(row);
  if (!*row) {
    done.outcome = ImportOutcome::kDeleted;
  } else if ((*known)->import_hash != candidate.hash) {
    const bool edited_here = (*row)->story.version != (*known)->story_version;
    if (edited_here || !Decide(who, Action::kEditStory, (*row)->resource)) {
      done.outcome = ImportOutcome::kKept;
      return done;
    }
    const auto prepared = PrepareUpdate(tx, who, candidate, **row, now);
    if (!prepared) return ErrorOf(prepared);
    if (Status s = WriteChanged(tx, who, *prepared); !s) return ErrorOf(s);
    if (Status s = remember(prepared->story); !s) return ErrorOf(s);
    done.outcome = ImportOutcome::kUpdated;
  }
  return done;
}

}  // namespace

std::string_view ToString(ImportOutcome outcome) {
  switch (outcome) {
    case ImportOutcome::kCreated:
      return "created";
    case ImportOutcome::kUpdated:
      return "updated";
    case ImportOutcome::kUnchanged:
      return "unchanged";
    case ImportOutcome::kKept:
      return "kept";
    case ImportOutcome::kDeleted:
      return "deleted";
    case ImportOutcome::kRefused:
      break;
  }
  return "refused";
}

Result<Written<std::vector<ImportedItem>>> ImportService::Import(
    const Principal& who, const Id& legacy_id, std::string_view source,
    const std::vector<ImportItem>& items) {
  const auto legacy = ReadOne(database_, [&](Reader& reader) {
    return FindLegacy(reader, who, legacy_id, Action::kImportStories);
  });
  if (!legacy) return ErrorOf(legacy);
  const Time now = clock_.Now();
  std::vector<Candidate> candidates;
  for (const ImportItem& item : items) {
    if (!item.errors.empty()) continue;
    candidates.push_back(MakeCandidate(who, legacy_id, *legacy, item, ids_.Next(), now));
  }
  std::vector<ImportedItem> imported;
  const auto position = database_.Write([&](Transaction& tx) -> Status {
    imported.clear();
    if (Status s = LockLegacy(tx, who.tenant_id, legacy_id, LockMode::kExclusive); !s) return s;
    const auto still = FindLegacy(tx, who, legacy_id, Action::kImportStories);
    if (!still) return ErrorOf(still);
    for (const Candidate& candidate : candidates) {
      auto one = ImportOne(tx, who, legacy_id, source, candidate, now);
      if (!one) return ErrorOf(one);
      imported.push_back(std::move(*one));
    }
    return {};
  });
  if (!position) return ErrorOf(position);
  Written<std::vector<ImportedItem>> result{{}, *position};
  auto next = imported.begin();
  for (const ImportItem& item : items) {
    if (item.errors.empty()) {
      result.value.push_back(std::move(*next++));
    } else {
      result.value.push_back({item.source_id, ImportOutcome::kRefused, "", item.errors});
    }
  }
  return result;
}

}  // namespace heirloom
