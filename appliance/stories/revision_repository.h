#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

}  // namespace revision_repository

// The JSON that a revision keeps and its content hash is taken over: sorted keys, no spaces.
std::string CanonicalContent(const StoryContent& content);
// The other way round; kInternal when it is damaged.
Result<StoryContent> ParseCanonicalContent(std::string_view canonical);

}  // namespace heirloom
