#include "appliance/stories/story_columns.h"
#include "appliance/stories/story_repository.h"

namespace heirloom::story_repository {
namespace {

// The text of a list: one of few, so that prepared statements are reused.
// Numbers the parameters from 3: $1 is the tenant, $2 the asker. `LIMIT` is the last.
class ListSql {
 public:
  ListSql(const StoryFilter& filter, bool from_cursor) : filter_(filter) {
    const std::string column = filter.by_happening ? "happened_order" : "updated_at";
    const std::string direction = filter.by_happening ? "" : " DESC";
    order_ = "ORDER BY s." + column + direction + ", s.id" + direction + " LIMIT ";
    // Mirrors Decide; by columns of the index alone, so that what is passed over costs little.
    wanted_ = "AND (s.status <> 'draft' OR s.created_by = $2 OR m.rank >= 2) ";
    if (filter.legacy_id) legacy_ = Next();
    wanted_ += filter.status ? "AND s.status = " + Next() + " " : "AND s.status <> 'archived' ";
    if (filter.tag_key) {
      wanted_ +=
          "AND EXISTS (SELECT 1 FROM story_tags t WHERE t.tenant_id = s.tenant_id AND "
          "t.story_id = s.id AND t.tag_key = " +
          Next() + ") ";
    }
    if (from_cursor) {
      const std::string order = Next();
      wanted_ += "AND (s." + column + ", s.id)" + (filter.by_happening ? " > " : " < ") + "(" +
                 order + ", " + Next() + ") ";
    }
    order_ += Next() + " ";
  }

  std::string Text() const { return filter_.legacy_id ? OfOne() : OfAll(); }

 private:
  static constexpr std::string_view kMember =
      "WHERE m.tenant_id = $1 AND m.user_id = $2 AND l.deleted_at IS NULL "
      "AND (m.rank = 3 OR l.visibility = 'members') ";
  static constexpr std::string_view kLegacies =
      "FROM members m JOIN legacies l ON l.tenant_id = m.tenant_id AND l.id = m.legacy_id ";

  std::string Next() { return "$" + std::to_string(parameter_++); }

  std::string OfOne() const {
    return "SELECT " HEIRLOOM_STORY_HEAD + std::string(kLegacies) +
           "JOIN stories s ON s.tenant_id = $1 AND s.legacy_id = " + legacy_ + " " +
           std::string(kMember) + "AND m.legacy_id = " + legacy_ + " AND s.deleted_at IS NULL " +
           wanted_ + order_;
  }

  // The first of each legacy, in order by its index; of these, the first of all. So what is sorted
  // is a page for each legacy, however many stories there are.
  std::string OfAll() const {
    return "SELECT " HEIRLOOM_STORY_HEAD + std::string(kLegacies) +
           "JOIN stories s ON s.tenant_id = $1 AND s.id IN (SELECT s.id FROM stories s "
           "WHERE s.tenant_id = $1 AND s.legacy_id = m.legacy_id AND s.deleted_at IS NULL " +
           wanted_ + order_ + ") " + std::string(kMember) + order_;
  }

  const StoryFilter& filter_;
  std::string order_;
  std::string wanted_;
  std::string legacy_;
  int parameter_ = 3;
};

}  // namespace

Result<std::vector<StoryRow>> List(Reader& reader, std::string_view tenant, const Id& user,
                                   const StoryFilter& filter,
                                   const std::optional<StoryCursor>& after, std::int64_t limit) {
  std::vector<SqlValue> params = {tenant, std::string_view(user)};
  if (filter.legacy_id) params.emplace_back(std::string_view(*filter.legacy_id));
  if (filter.status) params.emplace_back(ToString(*filter.status));
  if (filter.tag_key) params.emplace_back(std::string_view(*filter.tag_key));
  if (after) {
    params.emplace_back(after->order);
    params.emplace_back(std::string_view(after->id));
  }
  params.emplace_back(limit);
  const std::string sql = ListSql(filter, after.has_value()).Text();
  std::vector<StoryRow> rows;
  const Status read = reader.Query(sql, Params(params), [&](const Row& row) {
    rows.push_back(StoryFrom(row, user));
    return true;
  });
  if (!read) return ErrorOf(read);
  return rows;
}

}  // namespace heirloom::story_repository
