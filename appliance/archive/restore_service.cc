#include "appliance/archive/restore_service.h"

#include <algorithm>
#include <utility>

#include "appliance/archive/restore_repository.h"
#include "appliance/audit/audit_trail.h"
#include "appliance/base/json.h"
#include "appliance/domain/policy.h"
#include "appliance/legacies/legacy_repository.h"
#include "appliance/stories/revision_repository.h"
#include "appliance/stories/story_repository.h"
#include "storage/locks.h"

namespace heirloom {
namespace {

namespace repository = restore_repository;
using archive::ArchivedLegacy;
using archive::ArchivedRevision;

bool SaysTheSame(const Legacy& a, const Legacy& b) {
  return a.title == b.title && a.dedication == b.dedication && a.language == b.language &&
         a.visibility == b.visibility;
}

Status AddMembers(Transaction& tx, const Principal& who, const Id& legacy_id,
                  const ArchivedLegacy& archived) {
  for (const archive::WrittenMember& member : archived.members) {
    // The importer stands there in person.
    if (member.name == who.name && member.role == Role::kOwner) continue;
    const Status added = repository::AddWrittenMember(tx, who.tenant_id, legacy_id, member);
    if (!added) return added;
  }
  return {};
}

// One part of a story in its transaction.
class StoryRestore {
 public:
  StoryRestore(Transaction& tx, const Principal& who, const Id& legacy_id, const StoryPart& part)
      : tx_(tx), who_(who), legacy_id_(legacy_id), part_(part) {}

  Result<RestoredStory> Run(const Id& new_id) {
    if (!part_.problem.empty()) return Done(RestoreOutcome::kRefused, part_.problem);
    const auto known = repository::StoryByOrigin(tx_, who_.tenant_id, legacy_id_, part_.origin_id);
    if (!known) return ErrorOf(known);
    if (!*known) return Create(new_id);
    story_id_ = (*known)->id;
    if ((*known)->deleted) {
      return Done(RestoreOutcome::kDeleted,
                  "It was deleted here and does not come back by itself.");
    }
    return Continue(**known);
  }

 private:
  std::int64_t First() const { return part_.revisions.front().revision.number; }
  std::int64_t Last() const { return part_.revisions.back().revision.number; }

  RestoredStory Done(RestoreOutcome outcome, std::string reason = "") const {
    return {part_.origin_id, outcome, story_id_, std::move(reason)};
  }

  // The story as the last of these revisions leaves it.
  Story StoryAt(std::int64_t version) const {
    Story story;
    story.id = story_id_;
    story.legacy_id = legacy_id_;
    story.created_by = who_.user_id;
    story.content = part_.revisions.back().revision.content;
    story.revision = Last();
    story.version = version;
    story.created_at = part_.created_at;
    story.updated_at = part_.updated_at;
    return story;
  }

  Status AddRevisionsAfter(std::int64_t number) {
    for (const ArchivedRevision& archived : part_.revisions) {
      if (archived.revision.number <= number) continue;
      const Status added = revision_repository::Insert(tx_, who_.tenant_id, story_id_, who_.user_id,
                                                       archived.revision, archived.canonical);
      if (!added) return added;
    }
    return {};
  }

  void Tell(std::string_view type, std::int64_t version) {
    tx_.Append({who_.tenant_id, std::string(type), story_id_, legacy_id_, version});
  }

  Result<RestoredStory> Create(const Id& new_id) {
    if (First() != 1) return Missing();
    story_id_ = new_id;
    const Story story = StoryAt(Last());
    if (Status s = story_repository::Insert(tx_, who_.tenant_id, story); !s) return ErrorOf(s);
    if (Status s = repository::SetStoryOrigin(tx_, who_.tenant_id, story_id_, part_.origin_id);
        !s) {
      return ErrorOf(s);
    }
    if (Status s = AddRevisionsAfter(0); !s) return ErrorOf(s);
    Tell(event_type::kStoryCreated, story.version);
    return Done(RestoreOutcome::kCreated);
  }

  Result<RestoredStory> Continue(const repository::KnownStory& known) {
    if (known.revision + 1 < First()) return Missing();
    const auto same = IsSameSoFar(known);
    if (!same) return ErrorOf(same);
    if (!*same || known.revision > part_.revision_count) {
      return Done(RestoreOutcome::kKept, "It was changed here since; what is here stays.");
    }
    if (known.revision >= Last()) return Done(RestoreOutcome::kUnchanged);
    const Story story = StoryAt(known.version + 1);
    if (Status s = AddRevisionsAfter(known.revision); !s) return ErrorOf(s);
    if (Status s = story_repository::Update(tx_, who_.tenant_id, story); !s) return ErrorOf(s);
    Tell(event_type::kStoryUpdated, story.version);
    return Done(RestoreOutcome::kUpdated);
  }

  // Whether every revision that is here and in the archive is the same: a digest seals all before.
  Result<bool> IsSameSoFar(const repository::KnownStory& known) {
    const auto seals = repository::SealsOf(tx_, who_.tenant_id, story_id_, First() - 1,
                                           std::min(known.revision, Last()));
    if (!seals) return ErrorOf(seals);
    for (const repository::Seal& seal : *seals) {
      const auto at = static_cast<std::size_t>(seal.number - First());
      const std::string& digest =
          seal.number < First() ? part_.parent_digest : part_.revisions[at].revision.digest;
      if (digest != seal.digest) return false;
    }
    return true;
  }

  RestoredStory Missing() const {
    return Done(RestoreOutcome::kRefused,
                "Revision " + std::to_string(First()) + " came before the one that it follows.");
  }

  Transaction& tx_;
  const Principal& who_;
  const Id& legacy_id_;
  const StoryPart& part_;
  Id story_id_;
};

// Stories with the names and times that others gave them: an owner's business.
Status RequireOwner(Reader& reader, const Principal& who, const Id& legacy_id) {
  const auto legacy = story_repository::LegacyById(reader, who.tenant_id, legacy_id, who.user_id);
  if (!legacy) return ErrorOf(legacy);
  const Resource resource = *legacy ? (*legacy)->resource : Resource{};
  if (Status may = Require(who, Action::kImportStories, resource, "legacy"); !may) return may;
  return Require(who, Action::kChangeLegacy, resource, "legacy");
}

Status RecordStories(Transaction& tx, const Principal& who, const Id& legacy_id,
                     const std::vector<RestoredStory>& restored, Time now) {
  const auto count = [&](RestoreOutcome outcome) {
    return std::int64_t{std::ranges::count(restored, outcome, &RestoredStory::outcome)};
  };
  const std::int64_t created = count(RestoreOutcome::kCreated);
  const std::int64_t updated = count(RestoreOutcome::kUpdated);
  if (created + updated == 0) return {};
  JsonWriter detail;
  detail.BeginObject().Member("created", created).Member("updated", updated).EndObject();
  return audit::Append(tx, who,
                       {audit::action::kStoriesImported, legacy_id, legacy_id, detail.Take()}, now);
}

}  // namespace

std::string_view ToString(RestoreOutcome outcome) {
  switch (outcome) {
    case RestoreOutcome::kCreated:
      return "created";
    case RestoreOutcome::kUpdated:
      return "updated";
    case RestoreOutcome::kUnchanged:
      return "unchanged";
    case RestoreOutcome::kKept:
      return "kept";
    case RestoreOutcome::kDeleted:
      return "deleted";
    case RestoreOutcome::kRefused:
      break;
  }
  return "refused";
}

Result<RestoredLegacy> RestoreService::RestoreLegacyIn(Transaction& tx, const Principal& who,
                                                       const ArchivedLegacy& archived,
                                                       const Id& new_id) {
  const auto known = repository::OwnedByOrigin(tx, who.tenant_id, who.user_id, archived.legacy.id);
  if (!known) return ErrorOf(known);
  if (*known && (*known)->deleted) {
    return Fail(ErrorCode::kConflict,
                "You deleted this legacy here: take it back from the bin first.");
  }
  if (*known) {
    const Id& id = (*known)->legacy.id;
    if (Status s = AddMembers(tx, who, id, archived); !s) return ErrorOf(s);
    const bool same = SaysTheSame((*known)->legacy, archived.legacy);
    return RestoredLegacy{id, same ? RestoreOutcome::kUnchanged : RestoreOutcome::kKept};
  }
  Legacy legacy = archived.legacy;
  legacy.id = new_id;
  legacy.version = 1;
  const Time now = clock_.Now();
  if (Status s = legacy_repository::Insert(tx, who.tenant_id, legacy); !s) return ErrorOf(s);
  if (Status s = legacy_repository::InsertMember(tx, who.tenant_id, new_id, who.user_id,
                                                 Role::kOwner, now);
      !s) {
    return ErrorOf(s);
  }
  if (Status s =
          repository::SetLegacyOrigin(tx, who.tenant_id, new_id, who.user_id, archived.legacy.id);
      !s) {
    return ErrorOf(s);
  }
  if (Status s = AddMembers(tx, who, new_id, archived); !s) return ErrorOf(s);
  tx.Append({who.tenant_id, std::string(event_type::kLegacyCreated), new_id, new_id, 1});
  const Status recorded =
      audit::Append(tx, who, {audit::action::kLegacyImported, new_id, new_id, "{}"}, now);
  if (!recorded) return ErrorOf(recorded);
  return RestoredLegacy{new_id, RestoreOutcome::kCreated};
}

Result<Written<RestoredLegacy>> RestoreService::RestoreLegacy(const Principal& who,
                                                              const ArchivedLegacy& archived) {
  for (const Action action : {Action::kImportArchive, Action::kCreateLegacy}) {
    if (const Status may = Require(who, action, {}, "legacy"); !may) return ErrorOf(may);
  }
  const Id new_id = ids_.Next();
  RestoredLegacy restored;
  const auto position = database_.Write([&](Transaction& tx) -> Status {
    if (Status s = LockUser(tx, who.tenant_id, who.user_id); !s) return s;
    auto done = RestoreLegacyIn(tx, who, archived, new_id);
    if (!done) return ErrorOf(done);
    restored = std::move(*done);
    return {};
  });
  if (!position) return ErrorOf(position);
  return Written<RestoredLegacy>{std::move(restored), *position};
}

Result<Written<std::vector<RestoredStory>>> RestoreService::RestoreStories(
    const Principal& who, const Id& legacy_id, const std::vector<StoryPart>& parts) {
  std::vector<Id> new_ids;
  for (std::size_t i = 0; i < parts.size(); ++i) new_ids.push_back(ids_.Next());
  std::vector<RestoredStory> restored;
  const auto position = database_.Write([&](Transaction& tx) -> Status {
    restored.clear();
    if (Status s = LockLegacy(tx, who.tenant_id, legacy_id, LockMode::kExclusive); !s) return s;
    if (Status may = RequireOwner(tx, who, legacy_id); !may) return may;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      auto one = StoryRestore(tx, who, legacy_id, parts[i]).Run(new_ids[i]);
      if (!one) return ErrorOf(one);
      restored.push_back(std::move(*one));
    }
    return RecordStories(tx, who, legacy_id, restored, clock_.Now());
  });
  if (!position) return ErrorOf(position);
  return Written<std::vector<RestoredStory>>{std::move(restored), *position};
}

}  // namespace heirloom
