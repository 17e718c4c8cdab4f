#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "appliance/live/event_rules.h"
#include "storage/database.h"

namespace heirloom {

// What is true of the things that events name, in one snapshot: a few queries, however many events.
class EventFacts {
 public:
  static Result<EventFacts> Read(Reader& reader, const std::vector<StoredEvent>& events);

  // Of one of these events; nullopt when its legacy never was, or it has none.
  std::optional<FactsOfEvent> Of(const Event& event) const;

 private:
  using Key = std::pair<std::string, Id>;  // Tenant, id.
  std::map<Key, LegacyFacts> legacies_;
  std::map<Key, StoryFacts> stories_;
};

// One event as its subscribers see it: `{"type","id","legacy_id","version"}` at its position.
std::string FrameOf(const std::string& epoch, const StoredEvent& stored);
// That what was missed cannot be told: read afresh, and go on from `head`.
std::string ResetFrame(const Position& head);
// Where the client stands, without an event: it comes back from there.
std::string PositionFrame(const Position& position);

}  // namespace heirloom
