#include "appliance/live/event_rules.h"

#include "appliance/domain/policy.h"

namespace heirloom {
namespace {

bool MayHearOfStory(const Principal& who, std::optional<Role> role, const Event& event,
                    const FactsOfEvent& facts) {
  const auto& [legacy, story] = facts;
  if (!story) return false;
  const bool gone = legacy.gone || story->gone;
  if (gone && event.type != event_type::kStoryDeleted) return false;
  const bool own = story->created_by == who.user_id;
  return bool(Decide(who, Action::kReadStory, {role, legacy.visibility, story->status, own}));
}

bool MayHearOfMember(const Principal& who, std::optional<Role> role, const Event& event,
                     const LegacyFacts& legacy) {
  if (legacy.gone) return false;
  // Who was taken out may know that; they knew of the legacy, unless it is private by now.
  if (!role && event.subject == who.user_id) role = Role::kViewer;
  return bool(Decide(who, Action::kReadMembers, {role, legacy.visibility, std::nullopt, false}));
}

}  // namespace

bool IsStoryEvent(const Event& event) {
  return event.type == event_type::kStoryCreated || event.type == event_type::kStoryUpdated ||
         event.type == event_type::kStoryDeleted;
}

bool ChangesAccess(const Event& event) {
  return event.type == event_type::kLegacyCreated || event.type == event_type::kMemberChanged ||
         event.type == event_type::kSessionEnded || event.type == event_type::kTokenEnded;
}

bool MayHear(const Principal& who, std::optional<Role> role, const Event& event,
             const FactsOfEvent& facts) {
  const LegacyFacts& legacy = facts.legacy;
  if (event.tenant_id != who.tenant_id) return false;
  if (IsStoryEvent(event)) return MayHearOfStory(who, role, event, facts);
  if (event.type == event_type::kMemberChanged) return MayHearOfMember(who, role, event, legacy);
  const bool deleted = event.type == event_type::kLegacyDeleted;
  if (deleted || event.type == event_type::kLegacyCreated ||
      event.type == event_type::kLegacyUpdated) {
    if (legacy.gone && !deleted) return false;
    return bool(Decide(who, Action::kReadLegacy, {role, legacy.visibility, std::nullopt, false}));
  }
  return false;  // Not of a kind that is told.
}

}  // namespace heirloom
