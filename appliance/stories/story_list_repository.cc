#include "appliance/stories/story_columns.h"
#include "appliance/stories/story_repository.h"

namespace heirloom::story_repository {
namespace {

// Above that many, stories that carry a tag are met soon enough on the way along a list's index.
constexpr std::int64_t kFewTagged = 500;

// How a list goes about it.
enum class Way {
  kOneLegacy,  // Along the index of the legacy, in order.
  // A page of each legacy by its index, in order; of these, the first of all. So what is sorted is
  // a page for each legacy, however many stories there are.
  kEachLegacy,
  kTag  // The few stories that carry the tag, sorted.
};

// The text of a list: one of few, so that prepared statements are reused. Numbers the parameters
// from 3: $1 is the tenant, $2 the asker. `CROSS` joins are done in the order in which they stand.
class ListSql {
 public:
  ListSql(const StoryFilter& filter, bool from_cursor) {
    const std::string column = filter.by_happening ? "happened_order" : "updated_at";
    const std::string direction = filter.by_happening ? "" : " DESC";
    // Mirrors Decide; by columns of the index alone, so that what is passed over costs little.
    wanted_ =
        "AND s.deleted_at IS NULL AND (s.status <> 'draft' OR s.created_by = $2 OR m.rank >= 2) ";
    if (filter.legacy_id) legacy_ = Next();
    wanted_ += filter.status ? "AND s.status = " + Next() + " " : "AND s.status <> 'archived' ";
    if (filter.tag_key) tag_ = Next();
    if (from_cursor) {
      const std::string order = Next();
      wanted_ += "AND (s." + column + ", s.id)" + (filter.by_happening ? " > " : " < ") + "(" +
                 order + ", " + Next() + ") ";
    }
    order_ = "ORDER BY s." + column + direction + ", s.id" + direction + " LIMIT " + Next() + " ";
  }

  std::string Text(Way way) const {
    if (way == Way::kTag) return ByTag();
    return way == Way::kOneLegacy ? OfOne() : OfEach();
  }

 private:
  static constexpr std::string_view kLegacies = "FROM members m CROSS JOIN legacies l ";
  static constexpr std::string_view kMember =
      "WHERE m.tenant_id = $1 AND m.user_id = $2 AND l.tenant_id = $1 AND l.id = m.legacy_id "
      "AND l.deleted_at IS NULL AND (m.rank = 3 OR l.visibility = 'members') ";

  std::string Next() { return "$" + std::to_string(parameter_++); }

  std::string Tagged() const {
    if (tag_.empty()) return "";
    return "AND EXISTS (SELECT 1 FROM story_tags t WHERE t.tenant_id = s.tenant_id AND "
           "t.story_id = s.id AND t.tag_key = " +
           tag_ + ") ";
  }

  std::string OfOne() const {
    return "SELECT " HEIRLOOM_STORY_HEAD + std::string(kLegacies) + "CROSS JOIN stories s " +
           std::string(kMember) + "AND m.legacy_id = " + legacy_ +
           " AND s.tenant_id = $1 AND s.legacy_id = " + legacy_ + " " + wanted_ + Tagged() + order_;
  }

  std::string OfEach() const {
    return "SELECT " HEIRLOOM_STORY_HEAD + std::string(kLegacies) + "CROSS JOIN stories s " +
           std::string(kMember) +
           "AND s.tenant_id = $1 AND s.id IN (SELECT s.id FROM stories s "
           "WHERE s.tenant_id = $1 AND s.legacy_id = m.legacy_id " +
           wanted_ + Tagged() + order_ + ") " + order_;
  }

  std::string ByTag() const {
    return "SELECT " HEIRLOOM_STORY_HEAD
           "FROM story_tags t CROSS JOIN stories s CROSS JOIN legacies l CROSS JOIN members m " +
           std::string(kMember) +
           "AND m.legacy_id = s.legacy_id AND t.tenant_id = $1 AND t.tag_key = " + tag_ +
           " AND s.tenant_id = $1 AND s.id = t.story_id " +
           (legacy_.empty() ? "" : "AND s.legacy_id = " + legacy_ + " ") + wanted_ + order_;
  }

  std::string wanted_;
  std::string order_;
  std::string legacy_;
  std::string tag_;
  int parameter_ = 3;
};

Result<bool> FewCarry(Reader& reader, std::string_view tenant, std::string_view tag_key) {
  std::int64_t carry = 0;
  const Status read = reader.Query(
      "SELECT COUNT(*) FROM (SELECT 1 FROM story_tags WHERE tenant_id = $1 AND tag_key = $2 "
      "LIMIT $3) AS carriers",
      {tenant, tag_key, kFewTagged + 1}, [&](const Row& row) {
        carry = row.Integer(0);
        return false;
      });
  if (!read) return ErrorOf(read);
  return carry <= kFewTagged;
}

Result<Way> Choose(Reader& reader, std::string_view tenant, const StoryFilter& filter) {
  if (filter.tag_key) {
    const auto few = FewCarry(reader, tenant, *filter.tag_key);
    if (!few) return ErrorOf(few);
    if (*few) return Way::kTag;
  }
  return filter.legacy_id ? Way::kOneLegacy : Way::kEachLegacy;
}

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
  const auto way = Choose(reader, tenant, filter);
  if (!way) return ErrorOf(way);
  const std::string sql = ListSql(filter, after.has_value()).Text(*way);
  std::vector<StoryRow> rows;
  const Status read = reader.Query(sql, Params(params), [&](const Row& row) {
    rows.push_back(StoryFrom(row, user));
    return true;
  });
  if (!read) return ErrorOf(read);
  return rows;
}

}  // namespace heirloom::story_repository
