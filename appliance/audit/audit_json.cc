#include "appliance/audit/audit_json.h"

namespace heirloom {

void WriteAuditEntry(JsonWriter& json, const audit::Entry& entry) {
  json.BeginObject().Member("number", entry.number).Member("at", ToRfc3339(entry.at));
  json.Member("actor", entry.actor_name).Member("action", entry.action);
  json.Member("subject", entry.subject);
  json.OptionalMember("legacy_id",
                      entry.legacy_id.empty() ? std::nullopt : std::optional(entry.legacy_id));
  json.Key("detail").Raw(entry.detail);
  json.Member("hash", entry.hash).EndObject();
}

}  // namespace heirloom
