#pragma once

#include <string_view>
#include <vector>

#include "appliance/domain/story.h"
#include "storage/database.h"

namespace heirloom {

// SQL of what projections follow: no reader, no policy; deleted stories too, and those of deleted
// legacies, marked as gone.
namespace story_feed_repository {

// In no particular order.
Result<std::vector<StoryState>> ByIds(Reader& reader, std::string_view tenant,
                                      const std::vector<Id>& ids);
// All of one legacy, or of every tenant and legacy (`legacy` empty), by (tenant, id), after one.
Result<std::vector<StoryState>> Page(Reader& reader, std::string_view legacy,
                                     std::string_view after_tenant, std::string_view after_id,
                                     std::int64_t limit);

Result<std::int64_t> Count(Reader& reader);

}  // namespace story_feed_repository
}  // namespace heirloom
