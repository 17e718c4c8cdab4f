#include "appliance/archive/restore_repository.h"

namespace heirloom::restore_repository {
namespace {

Status Done(const Result<std::int64_t>& executed) {
  if (!executed) return ErrorOf(executed);
  return {};
}

}  // namespace

Result<std::optional<KnownLegacy>> OwnedByOrigin(Reader& reader, std::string_view tenant,
                                                 const Id& user, const Id& origin) {
  std::optional<KnownLegacy> found;
  // Of several, one that is not deleted, then one that this person imported.
  const Status read = reader.Query(
      "SELECT l.id, l.title, l.dedication, l.language, l.visibility, l.created_at, l.updated_at, "
      "l.deleted_at FROM members m JOIN legacies l ON l.tenant_id = m.tenant_id AND l.id = "
      "m.legacy_id WHERE m.tenant_id = $1 AND m.user_id = $2 AND m.rank = 3 AND l.purged_at IS "
      "NULL AND COALESCE(l.origin_id, l.id) = $3 ORDER BY CASE WHEN l.deleted_at IS NULL THEN 0 "
      "ELSE 1 END, CASE WHEN l.imported_by = $2 THEN 0 ELSE 1 END, l.id LIMIT 1",
      {tenant, std::string_view(user), std::string_view(origin)}, [&](const Row& row) {
        KnownLegacy known;
        Legacy& legacy = known.legacy;
        legacy.id = row.String(0);
        legacy.title = row.String(1);
        legacy.dedication = row.String(2);
        legacy.language = row.String(3);
        legacy.visibility = ParseVisibility(row.Text(4)).value_or(Visibility::kPrivate);
        legacy.created_at = row.TimeAt(5);
        legacy.updated_at = row.TimeAt(6);
        known.deleted = !row.IsNull(7);
        found = std::move(known);
        return false;
      });
  if (!read) return ErrorOf(read);
  return found;
}

Status SetLegacyOrigin(Transaction& tx, std::string_view tenant, const Id& legacy,
                       const Id& imported_by, const Id& origin) {
  // One that this person imported before, and that was removed for good or belongs to others now,
  // is not theirs to be found any more.
  const auto cleared = tx.Execute(
      "UPDATE legacies SET imported_by = NULL WHERE tenant_id = $1 AND imported_by = $2 AND "
      "origin_id = $3",
      {tenant, std::string_view(imported_by), std::string_view(origin)});
  if (!cleared) return ErrorOf(cleared);
  return Done(tx.Execute(
      "UPDATE legacies SET imported_by = $2, origin_id = $3 WHERE tenant_id = $1 AND id = $4",
      {tenant, std::string_view(imported_by), std::string_view(origin), std::string_view(legacy)}));
}

Status AddWrittenMember(Transaction& tx, std::string_view tenant, const Id& legacy,
                        const archive::WrittenMember& member) {
  return Done(
      tx.Execute("INSERT INTO written_members (tenant_id, legacy_id, name, rank) VALUES ($1, $2, "
                 "$3, $4) ON CONFLICT DO NOTHING",
                 {tenant, std::string_view(legacy), std::string_view(member.name),
                  static_cast<std::int64_t>(member.role)}));
}

Result<std::optional<KnownStory>> StoryByOrigin(Reader& reader, std::string_view tenant,
                                                const Id& legacy, const Id& origin) {
  std::optional<KnownStory> found;
  const Status read = reader.Query(
      "SELECT id, revision, version, deleted_at FROM stories WHERE tenant_id = $1 AND legacy_id = "
      "$2 AND origin_id = $3 UNION ALL SELECT id, revision, version, deleted_at FROM stories WHERE "
      "tenant_id = $1 AND id = $3 AND legacy_id = $2 AND origin_id IS NULL",
      {tenant, std::string_view(legacy), std::string_view(origin)}, [&](const Row& row) {
        found = KnownStory{row.String(0), row.Integer(1), row.Integer(2), !row.IsNull(3)};
        return false;
      });
  if (!read) return ErrorOf(read);
  return found;
}

Status SetStoryOrigin(Transaction& tx, std::string_view tenant, const Id& story, const Id& origin) {
  return Done(tx.Execute("UPDATE stories SET origin_id = $2 WHERE tenant_id = $1 AND id = $3",
                         {tenant, std::string_view(origin), std::string_view(story)}));
}

Result<std::vector<Seal>> SealsOf(Reader& reader, std::string_view tenant, const Id& story,
                                  std::int64_t first, std::int64_t last) {
  std::vector<Seal> seals;
  const Status read = reader.Query(
      "SELECT number, digest FROM revisions WHERE tenant_id = $1 AND story_id = $2 AND number >= "
      "$3 AND number <= $4 ORDER BY number",
      {tenant, std::string_view(story), first, last}, [&](const Row& row) {
        seals.push_back({row.Integer(0), row.String(1)});
        return true;
      });
  if (!read) return ErrorOf(read);
  return seals;
}

}  // namespace heirloom::restore_repository
