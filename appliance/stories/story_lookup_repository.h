#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/domain/policy.h"
#include "appliance/domain/story.h"
#include "storage/database.h"

namespace heirloom {

// What a story is filtered and counted by, and what decides who may read it.
struct StoryGlimpse {
  Id id;
  Id legacy_id;
  std::string legacy_title;
  std::string title;
  StoryStatus status = StoryStatus::kDraft;
  std::vector<std::string> tags;
  std::string author;
  std::string language;
  std::optional<Edtf> happened_at;
  Resource resource;
};

// SQL that looks at many stories by id: one statement each, however many there are. Deleted ones,
// and those of deleted legacies, are as if they were not there.
namespace story_lookup_repository {

inline constexpr std::size_t kMaxGlimpses = 1024;
inline constexpr std::size_t kMaxTexts = 128;

// In no particular order; at most kMaxGlimpses ids.
Result<std::vector<StoryGlimpse>> Glimpses(Reader& reader, std::string_view tenant, const Id& user,
                                           const std::vector<Id>& ids);

// What a glimpse lacks of what a list shows.
struct StoryText {
  Id id;
  std::string text;
  Time updated_at;
};
// In no particular order; at most kMaxTexts ids.
Result<std::vector<StoryText>> Texts(Reader& reader, std::string_view tenant,
                                     const std::vector<Id>& ids);

}  // namespace story_lookup_repository
}  // namespace heirloom
