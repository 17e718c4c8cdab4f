#include "appliance/delivery/dead_letter_json.h"

namespace heirloom {

void WriteDeadLetter(JsonWriter& json, const DeadLetter& letter) {
  const Event& event = letter.event.event;
  json.BeginObject().Member("id", letter.id).Member("consumer", letter.consumer);
  json.Member("type", event.type).Member("subject", event.subject);
  json.OptionalMember("legacy_id",
                      event.legacy_id.empty() ? std::nullopt : std::optional(event.legacy_id));
  json.Member("version", event.version).Member("position", ToString(letter.event.position));
  json.Member("happened_at", ToRfc3339(letter.event.time));
  json.Member("attempts", std::int64_t{letter.attempts}).Member("reason", letter.reason);
  json.Member("failed_at", ToRfc3339(letter.since)).EndObject();
}

}  // namespace heirloom
