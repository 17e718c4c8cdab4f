#include "appliance/legacies/legacy_replies.h"

#include "appliance/http/respond.h"

namespace heirloom {

using http::Response;

void WriteLegacy(JsonWriter& json, const LegacyView& view) {
  const Legacy& legacy = view.legacy;
  json.BeginObject();
  json.Member("id", legacy.id).Member("title", legacy.title);
  json.Member("dedication", legacy.dedication).Member("language", legacy.language);
  json.Member("visibility", ToString(legacy.visibility)).Member("role", ToString(view.role));
  json.Member("story_count", view.story_count).Member("version", legacy.version);
  json.Member("created_at", ToRfc3339(legacy.created_at));
  json.Member("updated_at", ToRfc3339(legacy.updated_at));
  json.EndObject();
}

void WriteMember(JsonWriter& json, const MemberView& view) {
  json.BeginObject();
  json.Member("user_id", view.member.user_id).Member("name", view.member.name);
  if (view.show_email) json.Member("email", view.member.email);
  json.Member("role", ToString(view.member.role));
  json.Member("joined_at", ToRfc3339(view.member.joined_at));
  json.EndObject();
}

Response LegacyResponse(int status, const LegacyView& view) {
  JsonWriter json;
  WriteLegacy(json, view);
  return Response::Json(status, json.Take()).Set("ETag", http::ETagOf(view.legacy.version));
}

Response MemberResponse(int status, const Written<MemberView>& written) {
  JsonWriter json;
  WriteMember(json, written.value);
  Response response = Response::Json(status, json.Take());
  return http::SetSequence(response, written.position);
}

void WriteDeletedLegacy(JsonWriter& json, const DeletedLegacy& deleted) {
  json.BeginObject();
  json.Member("id", deleted.legacy.id).Member("title", deleted.legacy.title);
  json.Member("deleted_at", ToRfc3339(deleted.deleted_at));
  json.Member("deleted_by", deleted.deleted_by_name);
  json.Member("purge_at", ToRfc3339(deleted.deleted_at + kKeptInBin));
  json.EndObject();
}

void SetReplayed(Response& response, bool replayed) {
  if (replayed) response.Set("Idempotency-Replayed", "true");
}

}  // namespace heirloom
