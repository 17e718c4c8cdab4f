#include "appliance/base/encoding.h"
#include "appliance/stories/revision_repository.h"
#include "appliance/stories/story_columns.h"

namespace heirloom::revision_repository {
namespace {

// What the content hash of a revision made of the story as it is now would be taken over.
std::string CanonicalStory(const Row& row, int first) {
  StoryContent content;
  content.title = row.String(first);
  content.document = row.String(first + 1);
  content.status = ParseStoryStatus(row.Text(first + 2)).value_or(StoryStatus::kDraft);
  content.tags = TagsFromJson(row.Text(first + 3));
  content.language = row.String(first + 4);
  content.happened_at = DateAt(row, first + 5);
  content.place = row.OptionalText(first + 6);
  content.author = row.String(first + 7);
  return CanonicalContent(content);
}

SealedRevision SealedFrom(const Row& row) {
  SealedRevision sealed;
  sealed.tenant_id = row.String(0);
  sealed.story_id = row.String(1);
  Revision& revision = sealed.revision;
  revision.number = row.Integer(2);
  revision.author = row.String(3);
  revision.created_at = row.TimeAt(4);
  revision.content_hash = row.String(5);
  revision.digest = row.String(6);
  sealed.found_hash = Sha256Hex(row.Text(7));
  sealed.newest = row.Integer(8);
  sealed.purged = !row.IsNull(9);
  if (revision.number == sealed.newest && !sealed.purged) {
    sealed.story_hash = Sha256Hex(CanonicalStory(row, 10));
  }
  return sealed;
}

}  // namespace

Result<std::vector<SealedRevision>> SealedAfter(Reader& reader, std::string_view tenant,
                                                std::string_view story, std::int64_t number,
                                                std::int64_t limit) {
  std::vector<SealedRevision> sealed;
  const Status read = reader.Query(
      "SELECT r.tenant_id, r.story_id, r.number, r.author, r.created_at, r.content_hash, r.digest, "
      "r.content, s.revision, s.purged_at, s.title, "
      // The document of each story once, not beside each of its revisions.
      "CASE WHEN r.number = s.revision THEN s.document ELSE '' END, s.status, s.tags, s.language, "
      "s.happened_at, s.place, s.author FROM revisions r "
      "JOIN stories s ON s.tenant_id = r.tenant_id AND s.id = r.story_id "
      "WHERE (r.tenant_id, r.story_id, r.number) > ($1, $2, $3) "
      "ORDER BY r.tenant_id, r.story_id, r.number LIMIT $4",
      {tenant, story, number, limit}, [&](const Row& row) {
        sealed.push_back(SealedFrom(row));
        return true;
      });
  if (!read) return ErrorOf(read);
  return sealed;
}

Result<std::vector<std::pair<std::string, Id>>> StoriesWithoutAny(Reader& reader,
                                                                  std::int64_t limit) {
  std::vector<std::pair<std::string, Id>> stories;
  const Status read = reader.Query(
      "SELECT s.tenant_id, s.id FROM stories s WHERE NOT EXISTS (SELECT 1 FROM revisions r "
      "WHERE r.tenant_id = s.tenant_id AND r.story_id = s.id) ORDER BY s.tenant_id, s.id LIMIT $1",
      {limit}, [&](const Row& row) {
        stories.emplace_back(row.String(0), row.String(1));
        return true;
      });
  if (!read) return ErrorOf(read);
  return stories;
}

}  // namespace heirloom::revision_repository
