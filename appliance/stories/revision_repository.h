#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "appliance/content/canonical_content.h"
#include "appliance/domain/story.h"
#include "storage/database.h"

namespace heirloom {

// SQL of revisions, which are only ever added.
namespace revision_repository {

// `canonical` is what the content hash covers (CanonicalContent).
Status Insert(Transaction& tx, std::string_view tenant, const Id& story, const Id& saved_by,
              const Revision& revision, std::string_view canonical);
Result<std::optional<std::string>> DigestOf(Reader& reader, std::string_view tenant,
                                            const Id& story, std::int64_t number);
// Newest first, before `before`; of the content only title and status. `with_drafts` as the policy
// says.
Result<std::vector<Revision>> List(Reader& reader, std::string_view tenant, const Id& story,
                                   bool with_drafts, std::int64_t before, std::int64_t limit);
Result<std::optional<Revision>> ByNumber(Reader& reader, std::string_view tenant, const Id& story,
                                         std::int64_t number);

// A revision as it seals and is sealed, beside what its row says now.
struct SealedRevision {
  std::string tenant_id;
  Id story_id;
  Revision revision;       // Without content.
  std::string found_hash;  // Of the content that is kept; of nothing when it was purged.
  bool purged = false;
  // Of the story: its newest revision's number, and in that one's row the hash of what it is now.
  std::int64_t newest = 0;
  std::optional<std::string> story_hash;
};
// Of all tenants and stories, by (tenant, story, number), after one; at most `limit`.
Result<std::vector<SealedRevision>> SealedAfter(Reader& reader, std::string_view tenant,
                                                std::string_view story, std::int64_t number,
                                                std::int64_t limit);
// Stories that have no revision at all, by (tenant, id): at most `limit` of them.
Result<std::vector<std::pair<std::string, Id>>> StoriesWithoutAny(Reader& reader,
                                                                  std::int64_t limit);

}  // namespace revision_repository

}  // namespace heirloom
