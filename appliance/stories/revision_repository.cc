#include "appliance/stories/revision_repository.h"

namespace heirloom::revision_repository {
namespace {

Revision RevisionFrom(const Row& row) {
  Revision revision;
  revision.number = row.Integer(0);
  revision.author = row.String(1);
  revision.note = row.String(2);
  revision.created_at = row.TimeAt(3);
  revision.content_hash = row.String(4);
  revision.digest = row.String(5);
  revision.content.title = row.String(6);
  revision.content.status = ParseStoryStatus(row.Text(7)).value_or(StoryStatus::kDraft);
  return revision;
}

}  // namespace

Status Insert(Transaction& tx, std::string_view tenant, const Id& story, const Id& saved_by,
              const Revision& revision, std::string_view canonical) {
  const auto inserted = tx.Execute(
      "INSERT INTO revisions (tenant_id, story_id, number, author, saved_by, note, title, status, "
      "content, content_hash, digest, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
      "$11, $12)",
      {tenant, std::string_view(story), revision.number, std::string_view(revision.author),
       std::string_view(saved_by), std::string_view(revision.note),
       std::string_view(revision.content.title), ToString(revision.content.status), canonical,
       std::string_view(revision.content_hash), std::string_view(revision.digest),
       SqlOf(revision.created_at)});
  if (!inserted) return ErrorOf(inserted);
  return {};
}

Result<std::optional<std::string>> DigestOf(Reader& reader, std::string_view tenant,
                                            const Id& story, std::int64_t number) {
  std::optional<std::string> digest;
  const Status read = reader.Query(
      "SELECT digest FROM revisions WHERE tenant_id = $1 AND story_id = $2 AND number = $3",
      {tenant, std::string_view(story), number}, [&](const Row& row) {
        digest = row.String(0);
        return false;
      });
  if (!read) return ErrorOf(read);
  return digest;
}

Result<std::vector<Revision>> List(Reader& reader, std::string_view tenant, const Id& story,
                                   bool with_drafts, std::int64_t before, std::int64_t limit) {
  std::vector<Revision> revisions;
  const Status read = reader.Query(
      "SELECT number, author, note, created_at, content_hash, digest, title, status FROM revisions "
      "WHERE tenant_id = $1 AND story_id = $2 AND number < $3 AND ($4 = 1 OR status <> 'draft') "
      "ORDER BY number DESC LIMIT $5",
      {tenant, std::string_view(story), before, std::int64_t{with_drafts ? 1 : 0}, limit},
      [&](const Row& row) {
        revisions.push_back(RevisionFrom(row));
        return true;
      });
  if (!read) return ErrorOf(read);
  return revisions;
}

Result<std::optional<Revision>> ByNumber(Reader& reader, std::string_view tenant, const Id& story,
                                         std::int64_t number) {
  std::optional<Revision> revision;
  std::string canonical;
  const Status read = reader.Query(
      "SELECT number, author, note, created_at, content_hash, digest, title, status, content "
      "FROM revisions WHERE tenant_id = $1 AND story_id = $2 AND number = $3",
      {tenant, std::string_view(story), number}, [&](const Row& row) {
        revision = RevisionFrom(row);
        canonical = row.String(8);
        return false;
      });
  if (!read) return ErrorOf(read);
  if (!revision) return std::optional<Revision>();
  auto content = ParseCanonicalContent(canonical);
  if (!content) return ErrorOf(content);
  revision->content = std::move(*content);
  return revision;
}

}  // namespace heirloom::revision_repository
