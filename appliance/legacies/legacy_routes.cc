#include "appliance/legacies/legacy_routes.h"

#include "appliance/audit/audit_json.h"
#include "appliance/base/fields.h"
#include "appliance/domain/field_rules.h"
#include "appliance/http/respond.h"
#include "appliance/legacies/legacy_replies.h"

namespace heirloom {
namespace {

using http::Request;
using http::Response;

constexpr std::string_view kPath = "/api/v1/legacies/";

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
    const auto key = http::ReadRequestKey(request);
    if (!key) return ErrorOf(key);
    const auto input = ReadInput(request, true);
    if (!input) return ErrorOf(input);
    const auto made = legacies_.Create(*who, *input, *key);
    if (!made) return ErrorOf(made);
    Response response = LegacyResponse(201, made->value);
    SetReplayed(response, made->replayed);
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
    const auto key = http::ReadRequestKey(request);
    if (!key) return ErrorOf(key);
    const auto input = ReadInput(request, false);
    if (!input) return ErrorOf(input);
    const auto changed = legacies_.Update(who, id, *version, *input, *key);
    if (!changed) return ErrorOf(changed);
    Response response = LegacyResponse(200, changed->value);
    SetReplayed(response, changed->replayed);
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

  Result<Response> Audit(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    const auto& [who, id] = *asked;
    if (const auto seen = legacies_.Get(who, id); !seen) return ErrorOf(seen);
    http::QueryReader query(request);
    const http::PageRequest page = http::ReadPage(query, 1);
    query.RefuseUnknown();
    if (const Status good = query.Check(); !good) return ErrorOf(good);
    const auto found = legacies_.Audit(who, id, page.after, page.limit);
    if (!found) return ErrorOf(found);
    return http::PageResponse(found->items, found->next, WriteAuditEntry);
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
    const auto key = http::ReadRequestKey(request);
    if (!key) return ErrorOf(key);
    const auto body = http::ReadJson(request);
    if (!body) return ErrorOf(body);
    FieldReader fields(*body);
    const std::string email = fields.RequiredText("email", {.min = 1, .max = 254});
    const auto role = ReadRole(fields);
    fields.RefuseUnknown();
    if (const Status good = fields.Check(); !good) return ErrorOf(good);
    const auto added = legacies_.AddMember(who, id, email, *role, *key);
    if (!added) return ErrorOf(added);
    Response response = MemberResponse(201, *added);
    SetReplayed(response, added->replayed);
    return response;
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
  router.Get("/api/v1/legacies/{id}/audit", to(&LegacyRoutes::Audit));
  router.Get("/api/v1/legacies/{id}/members", to(&LegacyRoutes::Members));
  router.Post("/api/v1/legacies/{id}/members", to(&LegacyRoutes::AddMember));
  router.Patch("/api/v1/legacies/{id}/members/{user_id}", to(&LegacyRoutes::ChangeMember));
  router.Delete("/api/v1/legacies/{id}/members/{user_id}", to(&LegacyRoutes::RemoveMember));
}

}  // namespace heirloom
