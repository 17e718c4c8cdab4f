#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"

namespace heirloom {

// That something changed, never what it is now: consumers read the current state. `type` is one
// of the names in appliance/api/events/, `subject` the id of the thing and the ordering key.
struct Event {
  std::string tenant_id;
  std::string type;
  Id subject;
  Id legacy_id;  // Empty for what belongs to none (a session).
  // The thing's own version after the change; 0 where it has none.
  std::int64_t version = 0;

  friend bool operator==(const Event&, const Event&) = default;
};

// An event as the outbox keeps it.
struct StoredEvent {
  std::int64_t sequence = 0;
  Event event;
  Time created_at;
};

namespace event_type {
inline constexpr std::string_view kStoryCreated = "StoryCreated";
inline constexpr std::string_view kStoryUpdated = "StoryUpdated";
inline constexpr std::string_view kStoryDeleted = "StoryDeleted";
inline constexpr std::string_view kLegacyCreated = "LegacyCreated";
inline constexpr std::string_view kLegacyUpdated = "LegacyUpdated";
inline constexpr std::string_view kLegacyDeleted = "LegacyDeleted";
inline constexpr std::string_view kMemberChanged = "MemberChanged";
inline constexpr std::string_view kSessionEnded = "SessionEnded";
// A token was taken back, or its person disabled; subject: the token.
inline constexpr std::string_view kTokenEnded = "TokenEnded";
}  // namespace event_type

}  // namespace heirloom
