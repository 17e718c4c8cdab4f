#include "appliance/identity/account_routes.h"

#include "appliance/base/fields.h"
#include "appliance/http/respond.h"

namespace heirloom {
namespace {

using http::Request;
using http::Response;

constexpr std::size_t kMaxBody = 16u << 10;
constexpr std::size_t kMaxScopes = 32;

void WriteSession(JsonWriter& json, const SessionInfo& session) {
  json.BeginObject().Member("id", session.id).Key("current").Bool(session.current);
  json.Member("user_agent", session.user_agent);
  json.Member("created_at", ToRfc3339(session.created_at));
  json.Member("last_used_at", ToRfc3339(session.last_used_at));
  json.Member("expires_at", ToRfc3339(session.expires_at)).EndObject();
}

// Without the closing bracket.
void BeginToken(JsonWriter& json, const TokenInfo& token) {
  json.BeginObject().Member("id", token.id).Member("name", token.name);
  json.Key("scopes").BeginArray();
  for (const std::string& scope : token.scopes) json.String(scope);
  json.EndArray().Member("created_at", ToRfc3339(token.created_at));
  json.OptionalMember("last_used_at", token.last_used_at
                                          ? std::optional(ToRfc3339(*token.last_used_at))
                                          : std::nullopt);
}

void WriteToken(JsonWriter& json, const TokenInfo& token) {
  BeginToken(json, token);
  json.EndObject();
}

struct AskedPage {
  Caller who;
  http::PageRequest page;
};

class AccountRoutes {
 public:
  AccountRoutes(IdentityService& identity, const Authenticator& who)
      : identity_(identity), who_(who) {}

  Result<Response> ListSessions(const Request& request) const {
    const auto asked = ReadPage(request, 2);
    if (!asked) return ErrorOf(asked);
    const auto found = identity_.ListSessions(asked->who, asked->page.after, asked->page.limit);
    if (!found) return ErrorOf(found);
    return http::PageResponse(found->items, found->next, WriteSession);
  }

  Result<Response> EndOtherSessions(const Request& request) const {
    const auto who = who_.Identify(request);
    if (!who) return ErrorOf(who);
    const Status ended = identity_.EndOtherSessions(*who);
    if (!ended) return ErrorOf(ended);
    return Response::NoContent();
  }

  Result<Response> EndSession(const Request& request) const {
    return EndOne(request, &IdentityService::EndSession);
  }

  Result<Response> ListTokens(const Request& request) const {
    const auto asked = ReadPage(request, 1);
    if (!asked) return ErrorOf(asked);
    const auto found = identity_.ListTokens(asked->who, asked->page.after, asked->page.limit);
    if (!found) return ErrorOf(found);
    return http::PageResponse(found->items, found->next, WriteToken);
  }

  Result<Response> CreateToken(const Request& request) const {
    const auto who = who_.Identify(request);
    if (!who) return ErrorOf(who);
    const auto key = http::ReadRequestKey(request);
    if (!key) return ErrorOf(key);
    const auto body = http::ReadJson(request);
    if (!body) return ErrorOf(body);
    FieldReader fields(*body);
    const std::string name = fields.RequiredText("name", {.min = 1, .max = 100});
    const auto scopes = fields.Texts("scopes", kMaxScopes, {.min = 1, .max = 100});
    fields.RefuseUnknown();
    if (const Status good = fields.Check(); !good) return ErrorOf(good);
    const auto made =
        identity_.CreateToken(*who, name, scopes.value_or(std::vector<std::string>()), *key);
    if (!made) return ErrorOf(made);
    JsonWriter json;
    BeginToken(json, made->info);
    json.Member("secret", made->secret).EndObject();
    return Response::Json(201, json.Take()).Set("Cache-Control", "no-store");
  }

  Result<Response> RevokeToken(const Request& request) const {
    return EndOne(request, &IdentityService::RevokeToken);
  }

  Result<Response> ChangePassword(const Request& request) const {
    const auto who = who_.Identify(request);
    if (!who) return ErrorOf(who);
    const auto body = http::ReadJson(request);
    if (!body) return ErrorOf(body);
    FieldReader fields(*body);
    const std::string current =
        fields.RequiredText("current", {.min = 1, .max = 1024, .single_line = false});
    const std::string replacement =
        fields.RequiredText("new", {.min = 10, .max = 1024, .single_line = false});
    fields.RefuseUnknown();
    if (const Status good = fields.Check(); !good) return ErrorOf(good);
    const auto secret = identity_.ChangePassword(*who, current, replacement);
    if (!secret) return ErrorOf(secret);
    return Response::NoContent().Set("Set-Cookie", SessionCookie(request, *secret));
  }

 private:
  Result<AskedPage> ReadPage(const Request& request, std::size_t cursor_parts) const {
    auto who = who_.Identify(request);
    if (!who) return ErrorOf(who);
    http::QueryReader query(request);
    http::PageRequest page = http::ReadPage(query, cursor_parts);
    query.RefuseUnknown();
    if (const Status good = query.Check(); !good) return ErrorOf(good);
    return AskedPage{std::move(*who), std::move(page)};
  }

  Result<Response> EndOne(const Request& request,
                          Status (IdentityService::*end)(const Caller&, const Id&)) const {
    const auto who = who_.Identify(request);
    if (!who) return ErrorOf(who);
    const auto id = http::PathId(request, "id");
    if (!id) return ErrorOf(id);
    const Status ended = (identity_.*end)(*who, *id);
    if (!ended) return ErrorOf(ended);
    return Response::NoContent();
  }

  IdentityService& identity_;
  const Authenticator& who_;
};

}  // namespace

void AddAccountRoutes(http::Router& router, IdentityService& identity, const Authenticator& who) {
  using R = AccountRoutes;
  const R routes(identity, who);
  router.Get("/api/v1/sessions", http::Answer(routes, &R::ListSessions));
  router.Delete("/api/v1/sessions", http::Answer(routes, &R::EndOtherSessions));
  router.Delete("/api/v1/sessions/{id}", http::Answer(routes, &R::EndSession));
  router.Get("/api/v1/tokens", http::Answer(routes, &R::ListTokens));
  router.Post("/api/v1/tokens", http::Answer(routes, &R::CreateToken), {.max_body = kMaxBody});
  router.Delete("/api/v1/tokens/{id}", http::Answer(routes, &R::RevokeToken));
  router.Put("/api/v1/me/password", http::Answer(routes, &R::ChangePassword),
             {.max_body = kMaxBody});
}

}  // namespace heirloom
