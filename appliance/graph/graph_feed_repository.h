#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/domain/legacy.h"
#include "appliance/domain/story.h"
#include "storage/database.h"

namespace heirloom {

// What the graph shows of a legacy, a membership and a story. `gone`: deleted, or its legacy is.
struct GraphLegacy {
  std::string tenant_id;
  Id id;
  Visibility visibility = Visibility::kPrivate;
  bool gone = false;
};
struct GraphMember {
  std::string tenant_id;
  Id legacy_id;
  Id user_id;
  Role role = Role::kViewer;
  bool gone = false;
};
struct GraphStory {
  std::string tenant_id;
  Id legacy_id;
  Id id;
  StoryStatus status = StoryStatus::kDraft;
  bool gone = false;
};

// SQL of what the graph follows: no reader, no policy; rows as they are, deleted ones too.
namespace graph_feed_repository {

// In no particular order; those that never were are left out.
Result<std::vector<GraphLegacy>> LegaciesByIds(Reader& reader, std::string_view tenant,
                                               std::span<const Id> ids);
Result<std::vector<GraphMember>> MembersByIds(Reader& reader, std::string_view tenant,
                                              std::string_view legacy, std::span<const Id> users);
Result<std::vector<GraphStory>> StoriesByIds(Reader& reader, std::string_view tenant,
                                             std::span<const Id> ids);

// A page of what is not gone, by its key, after that of `after`: of every tenant and legacy, or of
// one legacy when `legacy` is not empty (gone ones too then).
Result<std::vector<GraphLegacy>> LegacyPage(Reader& reader, const GraphLegacy& after,
                                            std::int64_t limit);
Result<std::vector<GraphMember>> MemberPage(Reader& reader, std::string_view legacy,
                                            const GraphMember& after, std::int64_t limit);
Result<std::vector<GraphStory>> StoryPage(Reader& reader, std::string_view legacy,
                                          const GraphStory& after, std::int64_t limit);

// Legacies, memberships and stories together, gone ones too.
Result<std::int64_t> Count(Reader& reader);

}  // namespace graph_feed_repository
}  // namespace heirloom
