#include "appliance/archive/export_service.h"

#include <algorithm>
#include <map>
#include <utility>

#include "appliance/archive/format/archive_writer.h"
#include "appliance/archive/format/layout.h"
#include "appliance/audit/audit_trail.h"
#include "appliance/base/sha256.h"
#include "appliance/content/canonical_content.h"

namespace heirloom {
namespace {

namespace repository = export_repository;
using archive::ArchivedRevision;

constexpr int kMaxUnderWay = 2;
constexpr int kComeBackAfterSeconds = 15;
constexpr std::size_t kMaxKept = 4;
constexpr Time kKeepFor = Time::FromSeconds(600);
constexpr std::size_t kPiece = 256u << 10;

// One of few places; given back at the end.
class Place {
 public:
  explicit Place(std::atomic<int>& taken) : taken_(taken), got_(++taken <= kMaxUnderWay) {}
  ~Place() { --taken_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  explicit operator bool() const { return got_; }

 private:
  std::atomic<int>& taken_;
  const bool got_;
};

// What tells things of the same title apart: the end of the id, or where two share it the whole.
std::string NameOf(const std::map<std::string, int>& ends, const Id& id) {
  const std::string end = archive::ShortId(id);
  return ends.at(end) == 1 ? end : id;
}

Result<std::string> HashOf(const archive::TempFile& file) {
  Sha256 hash;
  for (std::uint64_t at = 0; at < file.size(); at += kPiece) {
    const auto piece = file.Read(at, kPiece);
    if (!piece) return ErrorOf(piece);
    hash.Update(*piece);
  }
  return hash.Hex();
}

// Reads the revisions of one story and hands them on, some at a time.
class StoryExport {
 public:
  StoryExport(Database& database, const Principal& who, const repository::StoryRow& story)
      : database_(database), who_(who), story_(story) {}

  Status Write(archive::ArchiveWriter& writer, const Id& legacy_id, const std::string& name) {
    auto newest = Read(story_.revision - 1);
    if (!newest) return ErrorOf(newest);
    auto content = ParseCanonicalContent(newest->front().canonical);
    if (!content) return ErrorOf(content);
    const archive::ArchivedStory archived{story_.origin_id, legacy_id,         std::move(*content),
                                          story_.revision,  story_.created_at, story_.updated_at};
    if (Status s = writer.AddStory(archived, name); !s) return s;
    for (std::int64_t written = 0; written < story_.revision;) {
      const auto some = written + 1 == story_.revision ? newest : Read(written);
      if (!some) return ErrorOf(some);
      for (const ArchivedRevision& revision : *some) {
        if (revision.revision.number != ++written) return Gone();
        if (Status s = writer.AddRevision(revision); !s) return s;
      }
    }
    return {};
  }

 private:
  // Revisions only ever are added, so any later snapshot has those of the plan's; but a story may
  // have been removed for good meanwhile.
  Result<std::vector<ArchivedRevision>> Read(std::int64_t after) {
    auto revisions = ReadOne(database_, [&](Reader& reader) {
      return repository::RevisionsOf(reader, who_.tenant_id, story_.id, after, story_.revision);
    });
    if (revisions && revisions->empty()) return Gone();
    return revisions;
  }

  static tl::unexpected<Error> Gone() {
    return FailForNow(ErrorCode::kUnavailable, "a story was removed while it was exported", 1);
  }

  Database& database_;
  const Principal& who_;
  const repository::StoryRow& story_;
};

}  // namespace

// What one snapshot says is to be exported: everything but the texts.
struct ExportService::Plan {
  struct One {
    repository::LegacyRow row;
    std::vector<repository::StoryRow> stories;
  };
  std::vector<One> legacies;
  bool is_one = false;

  // Of what it holds and whose it is: an export is given again to nobody else, and not when this
  // person owns another set of legacies by now.
  std::string KeyFor(const Principal& who) const {
    std::string key = who.tenant_id + "\n" + who.user_id + (is_one ? "\none" : "\nall");
    for (const One& one : legacies) key += "\n" + one.row.id;
    return key;
  }
};

Result<ExportService::Plan> ExportService::MakePlan(const Principal& who,
                                                    const std::optional<Id>& legacy_id) {
  return ReadOne(database_, [&](Reader& reader) -> Result<Plan> {
    Plan plan;
    std::vector<Id> ids;
    if (legacy_id) {
      plan.is_one = true;
      ids.push_back(*legacy_id);
    } else {
      const Resource any{Role::kOwner, Visibility::kMembers, std::nullopt, false};
      const Status may = Require(who, Action::kExportLegacy, any, "legacy");
      if (!may) return ErrorOf(may);
      auto owned = repository::OwnedBy(reader, who.tenant_id, who.user_id);
      if (!owned) return ErrorOf(owned);
      ids = std::move(*owned);
    }
    for (const Id& id : ids) {
      auto row = repository::LegacyById(reader, who.tenant_id, id, who.user_id);
      if (!row) return ErrorOf(row);
      const Resource resource = *row ? (*row)->resource : Resource{};
      const Status may = Require(who, Action::kExportLegacy, resource, "legacy");
      if (!may) return ErrorOf(may);
      auto members = repository::MembersOf(reader, who.tenant_id, id);
      if (!members) return ErrorOf(members);
      (*row)->archived.members = std::move(*members);
      auto stories = repository::StoriesOf(reader, who.tenant_id, id);
      if (!stories) return ErrorOf(stories);
      plan.legacies.push_back({std::move(**row), std::move(*stories)});
    }
    return plan;
  });
}

Result<Export> ExportService::Make(const Principal& who, const std::optional<Id>& legacy_id,
                                   std::string_view sha256) {
  // First who may: it may have ended since the download began.
  const auto plan = MakePlan(who, legacy_id);
  if (!plan) return ErrorOf(plan);
  const std::string key = plan->KeyFor(who);
  if (std::optional<Export> kept = Find(key, sha256)) return std::move(*kept);
  const Place place(under_way_);
  if (!place) {
    return FailForNow(ErrorCode::kUnavailable, "too many exports are made", kComeBackAfterSeconds);
  }
  auto made = Write(who, *plan);
  if (!made) return ErrorOf(made);
  if (const Status recorded = Record(who, *plan); !recorded) return ErrorOf(recorded);
  Keep(key, *made);
  return made;
}

Result<Export> ExportService::Write(const Principal& who, const Plan& plan) {
  auto writer = archive::ArchiveWriter::Begin(folder_);
  if (!writer) return ErrorOf(writer);
  std::map<std::string, int> legacy_ends;
  for (const Plan::One& one : plan.legacies) {
    ++legacy_ends[archive::ShortId(one.row.archived.legacy.id)];
  }
  for (const Plan::One& one : plan.legacies) {
    const Id& legacy_id = one.row.archived.legacy.id;
    const Status begun = writer->BeginLegacy(one.row.archived, NameOf(legacy_ends, legacy_id));
    if (!begun) return ErrorOf(begun);
    std::map<std::string, int> ends;
    for (const auto& story : one.stories) ++ends[archive::ShortId(story.origin_id)];
    for (const auto& story : one.stories) {
      const Status written = StoryExport(database_, who, story)
                                 .Write(*writer, legacy_id, NameOf(ends, story.origin_id));
      if (!written) return ErrorOf(written);
    }
    if (const Status ended = writer->EndLegacy(); !ended) return ErrorOf(ended);
  }
  const Time now = clock_.Now();
  auto file = writer->Finish(now);
  if (!file) return ErrorOf(file);
  auto hash = HashOf(*file);
  if (!hash) return ErrorOf(hash);
  std::string slug =
      plan.is_one ? archive::Slug(plan.legacies.front().row.archived.legacy.title) : "";
  if (!slug.empty()) slug += "-";
  return Export{std::make_shared<const archive::TempFile>(std::move(*file)), std::move(*hash),
                "heirloom-" + slug + ToRfc3339(now).substr(0, 10) + ".zip"};
}

Status ExportService::Record(const Principal& who, const Plan& plan) {
  const auto recorded = database_.Write([&](Transaction& tx) -> Status {
    for (const Plan::One& one : plan.legacies) {
      JsonWriter detail;
      detail.BeginObject().Member("stories", static_cast<std::int64_t>(one.stories.size()));
      const audit::Record record{audit::action::kLegacyExported, one.row.id, one.row.id,
                                 detail.EndObject().Take()};
      if (Status s = audit::Append(tx, who, record, clock_.Now()); !s) return s;
    }
    return {};
  });
  if (!recorded) return ErrorOf(recorded);
  return {};
}

std::optional<Export> ExportService::Find(const std::string& key, std::string_view sha256) {
  const std::lock_guard lock(mutex_);
  for (Kept& kept : kept_) {
    if (sha256.empty() || kept.key != key || kept.made.sha256 != sha256) continue;
    kept.until = clock_.Now() + kKeepFor;
    return kept.made;
  }
  return std::nullopt;
}

void ExportService::Keep(const std::string& key, const Export& made) {
  const std::lock_guard lock(mutex_);
  std::erase_if(kept_, [&](const Kept& kept) { return kept.key == key; });
  if (kept_.size() == kMaxKept) kept_.erase(kept_.begin());
  kept_.push_back({key, made, clock_.Now() + kKeepFor});
}

void ExportService::Housekeep() {
  const std::lock_guard lock(mutex_);
  const Time now = clock_.Now();
  std::erase_if(kept_, [&](const Kept& kept) { return kept.until < now; });
}

}  // namespace heirloom
