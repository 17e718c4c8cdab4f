#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/domain/policy.h"
#include "appliance/domain/story.h"
#include "appliance/stories/story_feed_service.h"
#include "storage/database.h"

namespace heirloom {

// A story with what decides who may do what with it.
struct StoryRow {
  Story story;
  Resource resource;
};

// As it stands in lists: the text is the excerpt alone, the document is empty.
struct StoryFilter {
  std::optional<Id> legacy_id;
  std::optional<StoryStatus> status;
  std::optional<std::string> tag_key;
  bool by_happening = false;  // Oldest happening first; otherwise newest change first.
};

// The number that orders a story among others by when it happened; unknown comes last.
std::int64_t HappenedOrder(const std::optional<Edtf>& happened_at);

// SQL of stories and their revisions. Deleted stories, and those of deleted legacies, are as if
// they were not there. What the SQL leaves out of lists mirrors Decide, so that pages are full;
// Decide still has the last word in the service.
namespace story_repository {

Result<std::optional<StoryRow>> ById(Reader& reader, std::string_view tenant, const Id& id,
                                     const Id& user);
// In no particular order; at most kMaxByIds ids.
inline constexpr std::size_t kMaxByIds = 32;
Result<std::vector<StoryRow>> ByIds(Reader& reader, std::string_view tenant,
                                    const std::vector<Id>& ids, const Id& user);
// Cursor: the order number and id of the last one seen; nullopt from the start.
struct StoryCursor {
  std::int64_t order = 0;
  Id id;
};
Result<std::vector<StoryRow>> List(Reader& reader, std::string_view tenant, const Id& user,
                                   const StoryFilter& filter,
                                   const std::optional<StoryCursor>& after, std::int64_t limit);

// The legacy a story is about to be written into, with how `user` stands to it.
struct LegacyOfStory {
  Resource resource;
  std::string language;
};
Result<std::optional<LegacyOfStory>> LegacyById(Reader& reader, std::string_view tenant,
                                                const Id& id, const Id& user);

Status Insert(Transaction& tx, std::string_view tenant, const Story& story);
Status Update(Transaction& tx, std::string_view tenant, const Story& story);
Status MarkDeleted(Transaction& tx, std::string_view tenant, const Id& id, std::int64_t version,
                   Time now);

// `canonical` is what the content hash covers (CanonicalContent).
Status InsertRevision(Transaction& tx, std::string_view tenant, const Id& story, const Id& saved_by,
                      const Revision& revision, std::string_view canonical);
Result<std::optional<std::string>> DigestOf(Reader& reader, std::string_view tenant,
                                            const Id& story, std::int64_t number);
// Newest first, before `before`, without content but title and status. `with_drafts` as the policy
// says.
Result<std::vector<Revision>> Revisions(Reader& reader, std::string_view tenant, const Id& story,
                                        bool with_drafts, std::int64_t before, std::int64_t limit);
Result<std::optional<Revision>> RevisionByNumber(Reader& reader, std::string_view tenant,
                                                 const Id& story, std::int64_t number);

struct SourceRow {
  Id story_id;
  std::string import_hash;
  std::int64_t story_version = 0;
};
Result<std::optional<SourceRow>> SourceById(Reader& reader, std::string_view tenant,
                                            const Id& legacy, std::string_view source,
                                            std::string_view source_id);
Status PutSource(Transaction& tx, std::string_view tenant, const Id& legacy,
                 std::string_view source, std::string_view source_id, const SourceRow& row);

// For the index: no reader, no policy; deleted stories too, and those of deleted legacies, marked
// as gone. At most kMaxByIds ids; in no particular order.
Result<std::vector<StoryState>> StatesByIds(Reader& reader, std::string_view tenant,
                                            const std::vector<Id>& ids);
// All of one legacy, or of every tenant and legacy (`legacy` empty), by (tenant, id), after one.
Result<std::vector<StoryState>> States(Reader& reader, std::string_view legacy,
                                       std::string_view after_tenant, std::string_view after_id,
                                       std::int64_t limit);

}  // namespace story_repository

// The JSON that a revision keeps and its content hash is taken over: sorted keys, no spaces.
std::string CanonicalContent(const StoryContent& content);
// The other way round; kInternal when it is damaged.
Result<StoryContent> ParseCanonicalContent(std::string_view canonical);

}  // namespace heirloom
