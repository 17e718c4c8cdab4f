#pragma once

#include <optional>

#include "appliance/domain/event.h"
#include "appliance/domain/legacy.h"
#include "appliance/domain/principal.h"
#include "appliance/domain/story.h"

namespace heirloom {

// What is true now of the things that an event names.
struct LegacyFacts {
  Visibility visibility = Visibility::kPrivate;
  bool gone = false;
};
struct StoryFacts {
  Id created_by;
  StoryStatus status = StoryStatus::kDraft;
  bool gone = false;
};
struct FactsOfEvent {
  LegacyFacts legacy;
  std::optional<StoryFacts> story;  // For a story's event, unless there is no such story.
};

// Whether `who` may hear of `event`, by today's policy: that which lets them read the thing. `role`
// is their membership of its legacy; nullopt for none.
//
// - Of a deletion hear those who could read the thing when it was deleted.
// - Of anything else about a thing that is gone by now hears nobody: its deletion follows.
// - That somebody's membership changed is told to those who may see the list of members, and to
//   them, also when it ended.
// - Ends of sessions and tokens are told to nobody; they end streams.
bool MayHear(const Principal& who, std::optional<Role> role, const Event& event,
             const FactsOfEvent& facts);

bool IsStoryEvent(const Event& event);

// Changes who listens, or what they belong to: applied before anything more is sent.
bool ChangesAccess(const Event& event);

}  // namespace heirloom
