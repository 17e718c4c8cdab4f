#include "appliance/archive/export_repository.h"

namespace heirloom::export_repository {
namespace {

constexpr std::size_t kBytesAtOnce = 4u << 20;

}  // namespace

Result<std::optional<LegacyRow>> LegacyById(Reader& reader, std::string_view tenant, const Id& id,
                                            const Id& user) {
  std::optional<LegacyRow> found;
  const Status read = reader.Query(
      "SELECT COALESCE(l.origin_id, l.id), l.title, l.dedication, l.language, l.visibility, "
      "l.created_at, l.updated_at, m.rank FROM legacies l LEFT JOIN members m ON m.tenant_id = "
      "l.tenant_id AND m.legacy_id = l.id AND m.user_id = $2 "
      "WHERE l.tenant_id = $1 AND l.id = $3 AND l.deleted_at IS NULL",
      {tenant, std::string_view(user), std::string_view(id)}, [&](const Row& row) {
        LegacyRow out;
        out.id = id;
        Legacy& legacy = out.archived.legacy;
        legacy.id = row.String(0);
        legacy.title = row.String(1);
        legacy.dedication = row.String(2);
        legacy.language = row.String(3);
        legacy.visibility = ParseVisibility(row.Text(4)).value_or(Visibility::kPrivate);
        legacy.created_at = row.TimeAt(5);
        legacy.updated_at = row.TimeAt(6);
        out.resource.visibility = legacy.visibility;
        if (!row.IsNull(7)) out.resource.role = static_cast<Role>(row.Integer(7));
        found = std::move(out);
        return false;
      });
  if (!read) return ErrorOf(read);
  return found;
}

Result<std::vector<Id>> OwnedBy(Reader& reader, std::string_view tenant, const Id& user) {
  std::vector<Id> ids;
  const Status read = reader.Query(
      "SELECT l.id FROM members m JOIN legacies l ON l.tenant_id = m.tenant_id AND l.id = "
      "m.legacy_id WHERE m.tenant_id = $1 AND m.user_id = $2 AND m.rank = 3 AND l.deleted_at IS "
      "NULL ORDER BY COALESCE(l.origin_id, l.id), l.id",
      {tenant, std::string_view(user)}, [&](const Row& row) {
        ids.push_back(row.String(0));
        return true;
      });
  if (!read) return ErrorOf(read);
  return ids;
}

Result<std::vector<archive::WrittenMember>> MembersOf(Reader& reader, std::string_view tenant,
                                                      const Id& legacy) {
  std::vector<archive::WrittenMember> members;
  const Status read = reader.Query(
      "SELECT u.name, m.rank FROM members m JOIN users u ON u.tenant_id = m.tenant_id AND "
      "u.id = m.user_id WHERE m.tenant_id = $1 AND m.legacy_id = $2 "
      "UNION SELECT name, rank FROM written_members WHERE tenant_id = $1 AND legacy_id = $2 "
      "ORDER BY 2 DESC, 1",
      {tenant, std::string_view(legacy)}, [&](const Row& row) {
        members.push_back({row.String(0), static_cast<Role>(row.Integer(1))});
        return true;
      });
  if (!read) return ErrorOf(read);
  return members;
}

Result<std::vector<StoryRow>> StoriesOf(Reader& reader, std::string_view tenant, const Id& legacy) {
  std::vector<StoryRow> rows;
  const Status read = reader.Query(
      "SELECT id, COALESCE(origin_id, id), revision, created_at, updated_at FROM stories "
      "WHERE tenant_id = $1 AND legacy_id = $2 AND deleted_at IS NULL "
      "ORDER BY happened_order, COALESCE(origin_id, id)",
      {tenant, std::string_view(legacy)}, [&](const Row& row) {
        rows.push_back(
            {row.String(0), row.String(1), row.Integer(2), row.TimeAt(3), row.TimeAt(4)});
        return true;
      });
  if (!read) return ErrorOf(read);
  return rows;
}

Result<std::vector<archive::ArchivedRevision>> RevisionsOf(Reader& reader, std::string_view tenant,
                                                           const Id& story, std::int64_t after,
                                                           std::int64_t last) {
  std::vector<archive::ArchivedRevision> revisions;
  std::size_t bytes = 0;
  const Status read = reader.Query(
      "SELECT number, author, note, created_at, content_hash, digest, content FROM revisions "
      "WHERE tenant_id = $1 AND story_id = $2 AND number > $3 AND number <= $4 ORDER BY number",
      {tenant, std::string_view(story), after, last}, [&](const Row& row) {
        archive::ArchivedRevision archived;
        Revision& revision = archived.revision;
        revision.number = row.Integer(0);
        revision.author = row.String(1);
        revision.note = row.String(2);
        revision.created_at = row.TimeAt(3);
        revision.content_hash = row.String(4);
        revision.digest = row.String(5);
        archived.canonical = row.String(6);
        bytes += archived.canonical.size();
        revisions.push_back(std::move(archived));
        return bytes < kBytesAtOnce;
      });
  if (!read) return ErrorOf(read);
  return revisions;
}

}  // namespace heirloom::export_repository
