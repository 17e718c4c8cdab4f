#include "appliance/stories/import_repository.h"

namespace heirloom::import_repository {

Result<std::optional<SourceRow>> ById(Reader& reader, std::string_view tenant, const Id& legacy,
                                      std::string_view source, std::string_view source_id) {
  std::optional<SourceRow> found;
  const Status read = reader.Query(
      "SELECT story_id, import_hash, story_version FROM story_sources WHERE tenant_id = $1 AND "
      "legacy_id = $2 AND source = $3 AND source_id = $4",
      {tenant, std::string_view(legacy), source, source_id}, [&](const Row& row) {
        found = SourceRow{row.String(0), row.String(1), row.Integer(2)};
        return false;
      });
  if (!read) return ErrorOf(read);
  return found;
}

Status Put(Transaction& tx, std::string_view tenant, const Id& legacy, std::string_view source,
           std::string_view source_id, const SourceRow& row) {
  const auto put = tx.Execute(
      "INSERT INTO story_sources (tenant_id, legacy_id, source, source_id, story_id, import_hash, "
      "story_version) VALUES ($1, $2, $3, $4, $5, $6, $7) "
      "ON CONFLICT (tenant_id, legacy_id, source, source_id) DO UPDATE SET "
      "story_id = excluded.story_id, import_hash = excluded.import_hash, "
      "story_version = excluded.story_version",
      {tenant, std::string_view(legacy), source, source_id, std::string_view(row.story_id),
       std::string_view(row.import_hash), row.story_version});
  if (!put) return ErrorOf(put);
  return {};
}

}  // namespace heirloom::import_repository
