#include "appliance/legacies/legacy_bin_service.h"

#include "appliance/base/log.h"
#include "appliance/base/number.h"
#include "appliance/legacies/legacy_access.h"
#include "appliance/legacies/legacy_bin_repository.h"
#include "storage/locks.h"

namespace heirloom {
namespace {

namespace repository = legacy_bin_repository;

constexpr std::int64_t kLegaciesAtOnce = 100;

Result<std::optional<repository::BinCursor>> ReadCursor(const std::vector<std::string>& after) {
  if (after.empty()) return std::optional<repository::BinCursor>();
  const auto micros = ParseNumber<std::int64_t>(after.front());
  if (after.size() != 2 || !micros) {
    return FailFields({{"?cursor", "is not a cursor of this list"}});
  }
  return std::optional(repository::BinCursor{{*micros}, after[1]});
}

Resource ResourceOf(const repository::DeletedLegacyRow& row) {
  return {row.role, row.legacy.visibility, std::nullopt, false};
}

}  // namespace

Result<PageOf<DeletedLegacy>> LegacyBinService::List(const Principal& who,
                                                     const std::vector<std::string>& after,
                                                     std::int64_t limit) {
  const auto cursor = ReadCursor(after);
  if (!cursor) return ErrorOf(cursor);
  const Time by = clock_.Now() - kKeptInBin;
  auto rows = ReadOne(database_, [&](Reader& reader) {
    return repository::OfOwner(reader, who.tenant_id, who.user_id, by, *cursor, limit + 1);
  });
  if (!rows) return ErrorOf(rows);
  PageOf<DeletedLegacy> page;
  for (auto& row : *rows) {
    if (page.items.size() == static_cast<std::size_t>(limit)) {
      const DeletedLegacy& last = page.items.back();
      page.next = {std::to_string(last.deleted_at.micros), last.legacy.id};
      break;
    }
    const Decision may = Decide(who, Action::kSeeLegacyInBin, ResourceOf(row));
    if (may.verdict == Verdict::kDeny) return Fail(ErrorCode::kForbidden, std::string(may.reason));
    if (!may) continue;
    page.items.push_back({std::move(row.legacy), row.deleted_at, std::move(row.deleted_by_name)});
  }
  return page;
}

Result<Written<LegacyView>> LegacyBinService::TakeBack(const Principal& who, const Id& id) {
  const Time now = clock_.Now();
  LegacyView view;
  const auto position = database_.Write([&](Transaction& tx) -> Status {
    if (Status s = LockLegacy(tx, who.tenant_id, id, LockMode::kExclusive); !s) return s;
    const auto row = repository::ById(tx, who.tenant_id, id, who.user_id, now - kKeptInBin);
    if (!row) return ErrorOf(row);
    if (*row) {
      if (Status may = Require(who, Action::kSeeLegacyInBin, ResourceOf(**row), "legacy"); !may) {
        return may;
      }
      Legacy legacy = (*row)->legacy;
      legacy.version += 1;
      if (Status s = repository::TakeOut(tx, who.tenant_id, id, legacy.version); !s) return s;
      // Updated, as when it becomes visible: whoever follows it reads it afresh, stories and all.
      tx.Append(LegacyEvent(who, event_type::kLegacyUpdated, legacy));
      if (Status s = RecordChange(tx, who, audit::action::kLegacyUndeleted, id, id, {}, now); !s) {
        return s;
      }
    }
    const auto alive = FindLegacyRow(tx, who, id, Action::kSeeLegacyInBin);
    if (!alive) return ErrorOf(alive);
    view = {alive->legacy, alive->role.value_or(Role::kViewer), alive->story_count};
    return {};
  });
  if (!position) return ErrorOf(position);
  return Written<LegacyView>{std::move(view), *position};
}

Status LegacyBinService::Housekeep() {
  const Time now = clock_.Now();
  const Time by = now - kKeptInBin;
  const auto due = ReadOne(database_, [&](Reader& reader) {
    return repository::DeletedBy(reader, by, kLegaciesAtOnce);
  });
  if (!due) return ErrorOf(due);
  for (const auto& [tenant, id] : *due) {
    Principal daemon = audit::Housekeeping();
    daemon.tenant_id = tenant;
    const auto done = database_.Write([&, &legacy = id](Transaction& tx) -> Status {
      if (Status s = LockLegacy(tx, daemon.tenant_id, legacy, LockMode::kExclusive); !s) return s;
      const auto purged = repository::Purge(tx, daemon.tenant_id, legacy, by, now);
      if (!purged) return ErrorOf(purged);
      if (!*purged) return {};
      return RecordChange(tx, daemon, audit::action::kLegacyPurged, legacy, legacy, {}, now);
    });
    if (!done) {
      LogWarn("a deleted legacy could not be removed for good",
              {{"legacy", id}, {"why", done.error().message}});
    }
  }
  return {};
}

}  // namespace heirloom
