#include "appliance/graph/graph_feed_repository.h"

#include <algorithm>

#include "storage/id_list.h"

namespace heirloom::graph_feed_repository {
namespace {

constexpr std::string_view kLegacies =
    "SELECT l.tenant_id, l.id, l.visibility, "
    "CASE WHEN l.deleted_at IS NULL THEN 0 ELSE 1 END FROM legacies l ";
constexpr std::string_view kMembers =
    "SELECT m.tenant_id, m.legacy_id, m.user_id, m.rank, "
    "CASE WHEN l.deleted_at IS NULL THEN 0 ELSE 1 END FROM members m "
    "JOIN legacies l ON l.tenant_id = m.tenant_id AND l.id = m.legacy_id ";
constexpr std::string_view kStories =
    "SELECT s.tenant_id, s.legacy_id, s.id, s.status, "
    "CASE WHEN s.deleted_at IS NULL AND l.deleted_at IS NULL THEN 0 ELSE 1 END FROM stories s "
    "JOIN legacies l ON l.tenant_id = s.tenant_id AND l.id = s.legacy_id ";

GraphLegacy LegacyFrom(const Row& row) {
  return {row.String(0), row.String(1), ParseVisibility(row.Text(2)).value_or(Visibility::kPrivate),
          row.Integer(3) != 0};
}

GraphMember MemberFrom(const Row& row) {
  const auto rank = std::clamp<std::int64_t>(row.Integer(3), 0, 3);
  return {row.String(0), row.String(1), row.String(2), static_cast<Role>(rank),
          row.Integer(4) != 0};
}

GraphStory StoryFrom(const Row& row) {
  return {row.String(0), row.String(1), row.String(2),
          ParseStoryStatus(row.Text(3)).value_or(StoryStatus::kDraft), row.Integer(4) != 0};
}

// Appends what each row becomes.
template <typename Value>
OnRow Into(std::vector<Value>& values, Value (*from)(const Row&)) {
  return [&values, from](const Row& row) {
    values.push_back(from(row));
    return true;
  };
}

template <typename Value>
Result<std::vector<Value>> Given(const Status& read, std::vector<Value>& values) {
  if (!read) return ErrorOf(read);
  return std::move(values);
}

}  // namespace

Result<std::vector<GraphLegacy>> LegaciesByIds(Reader& reader, std::string_view tenant,
                                               std::span<const Id> ids) {
  static const std::string sql =
      std::string(kLegacies) + "WHERE l.tenant_id = $1 AND l.id IN (" + IdPlaces(2) + ")";
  std::vector<GraphLegacy> legacies;
  return Given(QueryByIds(reader, sql, {tenant}, ids, Into(legacies, &LegacyFrom)), legacies);
}

Result<std::vector<GraphMember>> MembersByIds(Reader& reader, std::string_view tenant,
                                              std::string_view legacy, std::span<const Id> users) {
  static const std::string sql = std::string(kMembers) +
                                 "WHERE m.tenant_id = $1 AND m.legacy_id = $2 AND m.user_id IN (" +
                                 IdPlaces(3) + ")";
  std::vector<GraphMember> members;
  return Given(QueryByIds(reader, sql, {tenant, legacy}, users, Into(members, &MemberFrom)),
               members);
}

Result<std::vector<GraphStory>> StoriesByIds(Reader& reader, std::string_view tenant,
                                             std::span<const Id> ids) {
  static const std::string sql =
      std::string(kStories) + "WHERE s.tenant_id = $1 AND s.id IN (" + IdPlaces(2) + ")";
  std::vector<GraphStory> stories;
  return Given(QueryByIds(reader, sql, {tenant}, ids, Into(stories, &StoryFrom)), stories);
}

Result<std::vector<GraphLegacy>> LegacyPage(Reader& reader, const GraphLegacy& after,
                                            std::int64_t limit) {
  static const std::string sql = std::string(kLegacies) +
                                 "WHERE (l.tenant_id, l.id) > ($1, $2) AND l.deleted_at IS NULL "
                                 "ORDER BY l.tenant_id, l.id LIMIT $3";
  std::vector<GraphLegacy> legacies;
  return Given(
      reader.Query(sql, {std::string_view(after.tenant_id), std::string_view(after.id), limit},
                   Into(legacies, &LegacyFrom)),
      legacies);
}

Result<std::vector<GraphMember>> MemberPage(Reader& reader, std::string_view legacy,
                                            const GraphMember& after, std::int64_t limit) {
  static const std::string after_key = "(m.tenant_id, m.legacy_id, m.user_id) > ($1, $2, $3) ";
  static const std::string order = "ORDER BY m.tenant_id, m.legacy_id, m.user_id LIMIT $4";
  static const std::string all =
      std::string(kMembers) + "WHERE " + after_key + "AND l.deleted_at IS NULL " + order;
  static const std::string of_legacy =
      std::string(kMembers) + "WHERE m.legacy_id = $5 AND " + after_key + order;
  const std::string_view tenant = after.tenant_id;
  const std::string_view after_legacy = after.legacy_id;
  const std::string_view user = after.user_id;
  std::vector<GraphMember> members;
  const OnRow collect = Into(members, &MemberFrom);
  return Given(legacy.empty()
                   ? reader.Query(all, {tenant, after_legacy, user, limit}, collect)
                   : reader.Query(of_legacy, {tenant, after_legacy, user, limit, legacy}, collect),
               members);
}

Result<std::vector<GraphStory>> StoryPage(Reader& reader, std::string_view legacy,
                                          const GraphStory& after, std::int64_t limit) {
  static const std::string after_key = "(s.tenant_id, s.id) > ($1, $2) ";
  static const std::string order = "ORDER BY s.tenant_id, s.id LIMIT $3";
  static const std::string all = std::string(kStories) + "WHERE " + after_key +
                                 "AND s.deleted_at IS NULL AND l.deleted_at IS NULL " + order;
  static const std::string of_legacy =
      std::string(kStories) + "WHERE s.legacy_id = $4 AND " + after_key + order;
  const std::string_view tenant = after.tenant_id;
  const std::string_view id = after.id;
  std::vector<GraphStory> stories;
  const OnRow collect = Into(stories, &StoryFrom);
  return Given(legacy.empty() ? reader.Query(all, {tenant, id, limit}, collect)
                              : reader.Query(of_legacy, {tenant, id, limit, legacy}, collect),
               stories);
}

Result<std::int64_t> Count(Reader& reader) {
  std::int64_t count = 0;
  const Status read = reader.Query(
      "SELECT (SELECT COUNT(*) FROM legacies) + (SELECT COUNT(*) FROM members) + "
      "(SELECT COUNT(*) FROM stories)",
      {}, [&](const Row& row) {
        count = row.Integer(0);
        return false;
      });
  if (!read) return ErrorOf(read);
  return count;
}

}  // namespace heirloom::graph_feed_repository
