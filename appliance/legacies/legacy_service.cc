#include "appliance/legacies/legacy_service.h"

#include "appliance/base/json.h"
#include "appliance/base/text.h"
#include "appliance/idempotency/idempotency.h"
#include "appliance/legacies/legacy_access.h"
#include "storage/locks.h"

namespace heirloom {
namespace {

namespace repository = legacy_repository;

LegacyView ViewOf(const LegacyRow& row) {
  return {row.legacy, row.role.value_or(Role::kViewer), row.story_count};
}

Status CheckVersion(const Legacy& legacy, std::optional<std::int64_t> version) {
  if (!version || *version == legacy.version) return {};
  return Fail(ErrorCode::kPreconditionFailed,
              "Somebody changed this legacy since you read it; read it again.");
}

void Apply(const LegacyInput& input, Legacy& legacy) {
  if (input.title) legacy.title = *input.title;
  if (input.dedication) legacy.dedication = *input.dedication;
  if (input.language) legacy.language = *input.language;
  if (input.visibility) legacy.visibility = *input.visibility;
}

// For the record: which fields were changed, and the one that says who sees them.
std::string DetailOf(const LegacyInput& input) {
  JsonWriter json;
  json.BeginObject().Key("fields").BeginArray();
  if (input.title) json.String("title");
  if (input.dedication) json.String("dedication");
  if (input.language) json.String("language");
  if (input.visibility) json.String("visibility");
  json.EndArray();
  if (input.visibility) json.Member("visibility", ToString(*input.visibility));
  json.EndObject();
  return json.Take();
}

// What a repeat of a request gives: the legacy as it is.
Status Replay(Reader& reader, const Principal& who, const Id& id, LegacyWritten& written) {
  const auto row = FindLegacyRow(reader, who, id, Action::kReadLegacy);
  if (!row) return ErrorOf(row);
  written.value = ViewOf(*row);
  written.replayed = true;
  return {};
}

}  // namespace

Result<LegacyWritten> LegacyService::Create(const Principal& who, const LegacyInput& input,
                                            const std::optional<RequestKey>& key) {
  if (const Status may = Require(who, Action::kCreateLegacy, {}, "legacy"); !may) {
    return ErrorOf(may);
  }
  const Time now = clock_.Now();
  Legacy legacy;
  legacy.id = ids_.Next();
  legacy.language = "en";
  legacy.version = 1;
  legacy.created_at = legacy.updated_at = now;
  Apply(input, legacy);
  LegacyWritten written;
  const auto position = database_.Write([&](Transaction& tx) -> Status {
    const auto earlier = EarlierRequest(tx, who, key, now);
    if (!earlier) return ErrorOf(earlier);
    if (*earlier) return Replay(tx, who, **earlier, written);
    if (Status s = repository::Insert(tx, who.tenant_id, legacy); !s) return s;
    if (Status s =
            repository::InsertMember(tx, who.tenant_id, legacy.id, who.user_id, Role::kOwner, now);
        !s) {
      return s;
    }
    tx.Append(LegacyEvent(who, event_type::kLegacyCreated, legacy));
    if (Status s =
            RecordChange(tx, who, audit::action::kLegacyCreated, legacy.id, legacy.id, {}, now);
        !s) {
      return s;
    }
    written.value = {legacy, Role::kOwner, 0};
    written.replayed = false;
    return RememberRequest(tx, who, key, legacy.id, now);
  });
  if (!position) return ErrorOf(position);
  written.position = *position;
  return written;
}

Result<LegacyView> LegacyService::Get(const Principal& who, const Id& id) {
  const auto row = ReadOne(database_, [&](Reader& reader) {
    return FindLegacyRow(reader, who, id, Action::kReadLegacy);
  });
  if (!row) return ErrorOf(row);
  return ViewOf(*row);
}

Result<PageOf<LegacyView>> LegacyService::List(const Principal& who,
                                               const std::vector<std::string>& after,
                                               std::int64_t limit) {
  const std::string after_key = after.size() == 2 ? after[0] : "";
  const std::string after_id = after.size() == 2 ? after[1] : "";
  const auto rows = ReadOne(database_, [&](Reader& reader) {
    return repository::OfUser(reader, who.tenant_id, who.user_id, after_key, after_id, limit + 1);
  });
  if (!rows) return ErrorOf(rows);
  PageOf<LegacyView> page;
  for (const LegacyRow& row : *rows) {
    if (page.items.size() == static_cast<std::size_t>(limit)) {
      const Legacy& last = page.items.back().legacy;
      page.next = {SortKey(last.title), last.id};
      break;
    }
    const Decision may =
        Decide(who, Action::kReadLegacy, {row.role, row.legacy.visibility, std::nullopt, false});
    if (may.verdict == Verdict::kDeny) return Fail(ErrorCode::kForbidden, std::string(may.reason));
    if (may) page.items.push_back(ViewOf(row));
  }
  return page;
}

Result<LegacyWritten> LegacyService::Update(const Principal& who, const Id& id,
                                            std::optional<std::int64_t> version,
                                            const LegacyInput& input,
                                            const std::optional<RequestKey>& key) {
  const Time now = clock_.Now();
  LegacyWritten written;
  const auto position = database_.Write([&](Transaction& tx) -> Status {
    const auto earlier = EarlierRequest(tx, who, key, now);
    if (!earlier) return ErrorOf(earlier);
    if (*earlier) return Replay(tx, who, **earlier, written);
    if (Status s = LockLegacy(tx, who.tenant_id, id, LockMode::kExclusive); !s) return s;
    const auto row = FindLegacyRow(tx, who, id, Action::kChangeLegacy);
    if (!row) return ErrorOf(row);
    if (Status s = CheckVersion(row->legacy, version); !s) return s;
    written.value = ViewOf(*row);
    written.replayed = false;
    Legacy& legacy = written.value.legacy;
    Apply(input, legacy);
    legacy.version += 1;
    legacy.updated_at = now;
    if (Status s = repository::Update(tx, who.tenant_id, legacy); !s) return s;
    tx.Append(LegacyEvent(who, event_type::kLegacyUpdated, legacy));
    if (Status s =
            RecordChange(tx, who, audit::action::kLegacyChanged, id, id, DetailOf(input), now);
        !s) {
      return s;
    }
    return RememberRequest(tx, who, key, id, now);
  });
  if (!position) return ErrorOf(position);
  written.position = *position;
  return written;
}

Result<Position> LegacyService::Delete(const Principal& who, const Id& id,
                                       std::optional<std::int64_t> version) {
  const Time now = clock_.Now();
  return database_.Write([&](Transaction& tx) -> Status {
    if (Status s = LockLegacy(tx, who.tenant_id, id, LockMode::kExclusive); !s) return s;
    auto row = FindLegacyRow(tx, who, id, Action::kDeleteLegacy);
    if (!row) return ErrorOf(row);
    if (Status s = CheckVersion(row->legacy, version); !s) return s;
    row->legacy.version += 1;
    if (Status s =
            repository::MarkDeleted(tx, who.tenant_id, id, row->legacy.version, who.user_id, now);
        !s) {
      return s;
    }
    tx.Append(LegacyEvent(who, event_type::kLegacyDeleted, row->legacy));
    return RecordChange(tx, who, audit::action::kLegacyDeleted, id, id, {}, now);
  });
}

Result<AuditPage> LegacyService::Audit(const Principal& who, const Id& id,
                                       const std::vector<std::string>& after, std::int64_t limit) {
  auto entries = ReadOne(database_, [&](Reader& reader) -> Result<std::vector<audit::Entry>> {
    const auto row = FindLegacyRow(reader, who, id, Action::kReadLegacyAudit);
    if (!row) return ErrorOf(row);
    return audit::Read(reader, who.tenant_id, id, AuditCursor(after), limit + 1);
  });
  if (!entries) return ErrorOf(entries);
  return PageOfEntries(std::move(*entries), limit);
}

Result<std::vector<Membership>> LegacyService::MembershipsOf(const Principal& who) {
  return ReadOne(database_, [&](Reader& reader) {
    return repository::MembershipsOf(reader, who.tenant_id, who.user_id);
  });
}

}  // namespace heirloom
