#include "appliance/domain/story.h"

#include "appliance/base/log.h"

namespace heirloom {

std::string_view ToString(StoryStatus status) {
  switch (status) {
    case StoryStatus::kDraft:
      return "draft";
    case StoryStatus::kPublished:
      return "published";
    case StoryStatus::kArchived:
      return "archived";
  }
  Panic("a story status that is none");
}

std::optional<StoryStatus> ParseStoryStatus(std::string_view text) {
  for (const StoryStatus status :
       {StoryStatus::kDraft, StoryStatus::kPublished, StoryStatus::kArchived}) {
    if (ToString(status) == text) return status;
  }
  return std::nullopt;
}

}  // namespace heirloom
