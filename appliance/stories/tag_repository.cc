#include "appliance/stories/tag_repository.h"

#include "appliance/base/text.h"
#include "appliance/stories/story_columns.h"

namespace heirloom::tag_repository {
namespace {

// Of documents that are held at once.
constexpr std::size_t kMaxBytes = 4u << 20;

// The spelling in a story's list of tags of the one that has this key.
std::string SpellingOf(std::string_view key, std::string_view tags_json) {
  for (std::string& tag : TagsFromJson(tags_json)) {
    if (FoldKey(tag) == key) return std::move(tag);
  }
  return std::string(key);
}

}  // namespace

Result<std::vector<TagRow>> Counts(Reader& reader, std::string_view tenant, const Id& legacy,
                                   const Id& user, std::string_view after_key, std::int64_t limit) {
  std::vector<TagRow> rows;
  // Mirrors Decide for kReadStory, as the lists of stories do. Joined in this order: the legacy's
  // stories by an index that says all that is asked of them.
  const Status read = reader.Query(
      "SELECT c.tag_key, c.stories, n.tags FROM ("
      "SELECT t.tag_key AS tag_key, COUNT(*) AS stories, MAX(s.id) AS newest FROM members m "
      "CROSS JOIN legacies l CROSS JOIN stories s CROSS JOIN story_tags t "
      "WHERE m.tenant_id = $1 AND m.legacy_id = $2 AND m.user_id = $3 "
      "AND l.tenant_id = $1 AND l.id = $2 AND l.deleted_at IS NULL "
      "AND s.tenant_id = $1 AND s.legacy_id = $2 AND t.tenant_id = $1 AND t.story_id = s.id "
      "AND (m.rank = 3 OR l.visibility = 'members') AND s.deleted_at IS NULL "
      "AND s.status <> 'archived' "
      "AND (s.status <> 'draft' OR s.created_by = $3 OR m.rank >= 2) AND t.tag_key > $4 "
      "GROUP BY t.tag_key ORDER BY t.tag_key LIMIT $5) c "
      "JOIN stories n ON n.tenant_id = $1 AND n.id = c.newest ORDER BY c.tag_key",
      {tenant, std::string_view(legacy), std::string_view(user), after_key, limit},
      [&](const Row& row) {
        rows.push_back({row.String(0), {SpellingOf(row.Text(0), row.Text(2)), row.Integer(1)}});
        return true;
      });
  if (!read) return ErrorOf(read);
  return rows;
}

Result<bool> InUse(Reader& reader, std::string_view tenant, const Id& legacy,
                   std::string_view key) {
  bool used = false;
  const Status read = reader.Query(
      "SELECT 1 FROM story_tags t JOIN stories s ON s.tenant_id = t.tenant_id "
      "AND s.id = t.story_id WHERE t.tenant_id = $1 AND t.tag_key = $2 AND s.legacy_id = $3 "
      "AND s.deleted_at IS NULL LIMIT 1",
      {tenant, key, std::string_view(legacy)}, [&](const Row&) {
        used = true;
        return false;
      });
  if (!read) return ErrorOf(read);
  return used;
}

Result<std::vector<TaggedStory>> Carrying(Reader& reader, std::string_view tenant, const Id& legacy,
                                          const Id& user, std::string_view key,
                                          std::string_view after_id, std::int64_t limit) {
  std::vector<TaggedStory> stories;
  std::size_t bytes = 0;
  const Status read = reader.Query(
      "SELECT " HEIRLOOM_STORY_WHOLE ", r.digest " HEIRLOOM_STORY_FROM HEIRLOOM_STORY_CREATOR
      "JOIN story_tags t ON t.tenant_id = s.tenant_id AND t.story_id = s.id "
      "JOIN revisions r ON r.tenant_id = s.tenant_id AND r.story_id = s.id "
      "AND r.number = s.revision WHERE t.tenant_id = $1 AND t.tag_key = $3 AND t.story_id > $4 "
      "AND s.legacy_id = $5 AND s.deleted_at IS NULL AND l.deleted_at IS NULL "
      "ORDER BY t.story_id LIMIT $6",
      {tenant, std::string_view(user), key, after_id, std::string_view(legacy), limit},
      [&](const Row& row) {
        bytes += row.Text(17).size() + row.Text(18).size();
        stories.push_back({StoryFrom(row, user), row.String(19)});
        return bytes < kMaxBytes;
      });
  if (!read) return ErrorOf(read);
  return stories;
}

}  // namespace heirloom::tag_repository
