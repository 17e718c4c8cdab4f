#include "appliance/legacies/legacy_routes.h"

#include "appliance/base/fields.h"
#include "appliance/domain/field_rules.h"
#include "appliance/http/respond.h"

namespace heirloom {
namespace {

using http::Request;
using http::Response;

constexpr std::string_view kPath = "/api/v1/legacies/";

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

// `creating`: the title is required.
Result<LegacyInput> ReadInput(const Request& request, bool creating) {
  const auto body = http::ReadJson(request);
  if (!body) return ErrorOf(body);
  FieldReader fields(*body);
  LegacyInput input;
  constexpr TextRule kTitle{.min = 1, .max = 200};
  input.title = creating ? fields.RequiredText("title", kTitle) : fields.Text("title", kTitle);
  input.dedication = fields.Text("dedication", {.max = 2000, .single_line = false});
  input.language = ReadLanguage(fields, "language");
  if (const auto visibility = fields.OneOf("visibility", {"private", "members"})) {
    input.visibility = ParseVisibility(*visibility);
  }
  fields.RefuseUnknown();
  if (!creating && fields.errors().empty() && body->Size() == 0) {
    fields.Add("", "must name at least one field to change");
  }
  if (const Status good = fields.Check(); !good) return ErrorOf(good);
  return input;
}

class LegacyRoutes {
 public:
  LegacyRoutes(LegacyService& legacies, const Authenticator& who)
      : legacies_(legacies), who_(who) {}

  Result<Response> List(const Request& request) const {
    const auto who = who_(request);
    if (!who) return ErrorOf(who);
    http::QueryReader query(request);
    const http::PageRequest page = http::ReadPage(query, 2);
    query.RefuseUnknown();
    if (const Status good = query.Check(); !good) return ErrorOf(good);
    const auto found = legacies_.List(*who, page.after, page.limit);
    if (!found) return ErrorOf(found);
    return http::PageResponse(found->items, found->next, WriteLegacy);
  }

  Result<Response> Create(const Request& request) const {
    const auto who = who_(request);
    if (!who) return ErrorOf(who);
    const auto input = ReadInput(request, true);
    if (!input) return ErrorOf(input);
    const auto made = legacies_.Create(*who, *input);
    if (!made) return ErrorOf(made);
    Response response = LegacyResponse(201, made->value);
    response.Set("Location", std::string(kPath) + made->value.legacy.id);
    return http::SetSequence(response, made->position);
  }

  Result<Response> Get(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    const auto& [who, id] = *asked;
    const auto legacy = legacies_.Get(who, id);
    if (!legacy) return ErrorOf(legacy);
    return LegacyResponse(200, *legacy);
  }

  Result<Response> Update(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    const auto& [who, id] = *asked;
    // First whether it is theirs to see at all, so that no other answer tells that it is there.
    if (const auto seen = legacies_.Get(who, id); !seen) return ErrorOf(seen);
    const auto version = http::ReadIfMatch(request);
    if (!version) return ErrorOf(version);
    const auto input = ReadInput(request, false);
    if (!input) return ErrorOf(input);
    const auto changed = legacies_.Update(who, id, *version, *input);
    if (!changed) return ErrorOf(changed);
    Response response = LegacyResponse(200, changed->value);
    return http::SetSequence(response, changed->position);
  }

  Result<Response> Delete(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    const auto& [who, id] = *asked;
    if (const auto seen = legacies_.Get(who, id); !seen) return ErrorOf(seen);
    const auto version = http::ReadIfMatch(request);
    if (!version) return ErrorOf(version);
    const auto position = legacies_.Delete(who, id, *version);
    if (!position) return ErrorOf(position);
    Response response = Response::NoContent();
    return http::SetSequence(response, *position);
  }

  Result<Response> Members(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    const auto& [who, id] = *asked;
    http::QueryReader query(request);
    const http::PageRequest page = http::ReadPage(query, 3);
    query.RefuseUnknown();
    if (const Status good = query.Check(); !good) return ErrorOf(good);
    const auto found = legacies_.Members(who, id, page.after, page.limit);
    if (!found) return ErrorOf(found);
    return http::PageResponse(found->items, found->next, WriteMember);
  }

  Result<Response> AddMember(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    const auto& [who, id] = *asked;
    if (const auto seen = legacies_.Get(who, id); !seen) return ErrorOf(seen);
    const auto body = http::ReadJson(request);
    if (!body) return ErrorOf(body);
    FieldReader fields(*body);
    const std::string email = fields.RequiredText("email", {.min = 1, .max = 254});
    const auto role = ReadRole(fields);
    fields.RefuseUnknown();
    if (const Status good = fields.Check(); !good) return ErrorOf(good);
    const auto added = legacies_.AddMember(who, id, email, *role);
    if (!added) return ErrorOf(added);
    return MemberResponse(201, *added);
  }

  Result<Response> ChangeMember(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    const auto& [who, id] = *asked;
    const auto user = http::PathId(request, "user_id");
    if (!user) return ErrorOf(user);
    if (const auto seen = legacies_.Get(who, id); !seen) return ErrorOf(seen);
    const auto body = http::ReadJson(request);
    if (!body) return ErrorOf(body);
    FieldReader fields(*body);
    const auto role = ReadRole(fields);
    fields.RefuseUnknown();
    if (const Status good = fields.Check(); !good) return ErrorOf(good);
    const auto changed = legacies_.ChangeMember(who, id, *user, *role);
    if (!changed) return ErrorOf(changed);
    return MemberResponse(200, *changed);
  }

  Result<Response> RemoveMember(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    const auto& [who, id] = *asked;
    const auto user = http::PathId(request, "user_id");
    if (!user) return ErrorOf(user);
    const auto position = legacies_.RemoveMember(who, id, *user);
    if (!position) return ErrorOf(position);
    Response response = Response::NoContent();
    return http::SetSequence(response, *position);
  }

 private:
  static std::optional<Role> ReadRole(FieldReader& fields) {
    const auto text = fields.OneOf("role", {"owner", "editor", "contributor", "viewer"});
    if (!text && !fields.Has("role")) fields.Add("role", "is required");
    return text ? ParseRole(*text) : std::nullopt;
  }

  LegacyService& legacies_;
  const Authenticator& who_;
};

}  // namespace

void AddLegacyRoutes(http::Router& router, LegacyService& legacies, const Authenticator& who) {
  const LegacyRoutes routes(legacies, who);
  const auto to = [routes](auto method) { return http::Answer(routes, method); };
  router.Get("/api/v1/legacies", to(&LegacyRoutes::List));
  router.Post("/api/v1/legacies", to(&LegacyRoutes::Create));
  router.Get("/api/v1/legacies/{id}", to(&LegacyRoutes::Get));
  router.Patch("/api/v1/legacies/{id}", to(&LegacyRoutes::Update));
  router.Delete("/api/v1/legacies/{id}", to(&LegacyRoutes::Delete));
  router.Get("/api/v1/legacies/{id}/members", to(&LegacyRoutes::Members));
  router.Post("/api/v1/legacies/{id}/members", to(&LegacyRoutes::AddMember));
  router.Patch("/api/v1/legacies/{id}/members/{user_id}", to(&LegacyRoutes::ChangeMember));
  router.Delete("/api/v1/legacies/{id}/members/{user_id}", to(&LegacyRoutes::RemoveMember));
}

}  // namespace heirloom
