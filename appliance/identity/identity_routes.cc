#include "appliance/identity/identity_routes.h"

#include "appliance/base/fields.h"
#include "appliance/http/problem.h"

namespace heirloom {
namespace {

using http::Problem;
using http::Request;
using http::Response;

constexpr std::size_t kMaxBody = 16u << 10;
constexpr TextRule kSecret{.min = 1, .max = 1024, .single_line = false};

void WriteAccount(JsonWriter& json, const Account& account) {
  json.Key("user").BeginObject();
  json.Member("id", account.id).Member("name", account.name).Member("email", account.email);
  json.Member("role", account.is_admin ? "admin" : "person");
  json.EndObject();
}

Response MeOfSession(const Request& request, int status, const NewSession& session) {
  JsonWriter json;
  json.BeginObject();
  WriteAccount(json, session.account);
  json.Member("auth", "session").Member("csrf_token", session.csrf_token);
  json.EndObject();
  return Response::Json(status, json.Take())
      .Set("Cache-Control", "no-store")
      .Set("Set-Cookie", SessionCookie(request, session.secret));
}

void WriteMe(JsonWriter& json, const Caller& caller) {
  json.BeginObject();
  WriteAccount(json, caller.account);
  if (caller.by_token) {
    json.Member("auth", "token").Key("scopes").BeginArray();
    if (!caller.principal.scopes) json.String("*");
    if (caller.principal.scopes) {
      for (const std::string& scope : *caller.principal.scopes) json.String(scope);
    }
    json.EndArray();
  } else {
    json.Member("auth", "session").Member("csrf_token", caller.csrf_token);
  }
  json.EndObject();
}

Visit VisitOf(const Request& request) {
  return {request.remote_address, std::string(request.GetHeader("User-Agent").value_or("")),
          std::string(request.GetCookie(SessionCookieName(request)).value_or(""))};
}

Response GetMe(const Request& request, const Authenticator& who) {
  const auto caller = who.Identify(request);
  if (!caller) return Problem(request, caller.error());
  JsonWriter json;
  WriteMe(json, *caller);
  return Response::Json(200, json.Take()).Set("Cache-Control", "no-store");
}

// Nobody is an answer here, not an error: browsers report every 401 on their console.
Response GetSession(const Request& request, const Authenticator& who) {
  const auto caller = who.Identify(request);
  if (!caller && caller.error().code != ErrorCode::kUnauthenticated) {
    return Problem(request, caller.error());
  }
  JsonWriter json;
  json.BeginObject().Key("me");
  if (caller) {
    WriteMe(json, *caller);
  } else {
    json.Null();
  }
  json.EndObject();
  return Response::Json(200, json.Take()).Set("Cache-Control", "no-store");
}

Response GetSetup(const Request& request, IdentityService& identity) {
  const auto needed = identity.NeedsSetup();
  if (!needed) return Problem(request, needed.error());
  JsonWriter json;
  json.BeginObject().Key("needed").Bool(*needed).EndObject();
  return Response::Json(200, json.Take());
}

Response CompleteSetup(const Request& request, IdentityService& identity) {
  if (const Status ours = Authenticator::RefuseForeignPages(request); !ours) {
    return Problem(request, ours.error());
  }
  const auto body = http::ReadJson(request);
  if (!body) return Problem(request, body.error());
  FieldReader fields(*body);
  const std::string token = fields.RequiredText("token", {.min = 1, .max = 200});
  NewAccount account;
  account.name = fields.RequiredText("name", {.min = 1, .max = 200});
  account.email = fields.RequiredText("email", {.min = 1, .max = 254});
  account.password =
      fields.RequiredText("password", {.min = 10, .max = 1024, .single_line = false});
  fields.RefuseUnknown();
  if (const Status good = fields.Check(); !good) return Problem(request, good.error());
  const auto session = identity.CompleteSetup(token, account, VisitOf(request));
  if (!session) return Problem(request, session.error());
  return MeOfSession(request, 201, *session);
}

Response SignIn(const Request& request, IdentityService& identity) {
  if (const Status ours = Authenticator::RefuseForeignPages(request); !ours) {
    return Problem(request, ours.error());
  }
  const auto body = http::ReadJson(request);
  if (!body) return Problem(request, body.error());
  FieldReader fields(*body);
  const std::string email = fields.RequiredText("email", {.min = 1, .max = 254});
  const std::string password = fields.RequiredText("password", kSecret);
  fields.RefuseUnknown();
  if (const Status good = fields.Check(); !good) return Problem(request, good.error());
  const auto session = identity.SignIn(email, password, VisitOf(request));
  if (!session) return Problem(request, session.error());
  return MeOfSession(request, 200, *session);
}

Response SignOut(const Request& request, IdentityService& identity, const Authenticator& who) {
  const auto caller = who.Identify(request);
  if (!caller) return Problem(request, caller.error());
  if (caller->by_token) {
    return Problem(request, {ErrorCode::kForbidden, "A token has no session to end.", {}});
  }
  const auto cookie = request.GetCookie(SessionCookieName(request));
  if (const Status ended = identity.SignOut(cookie.value_or("")); !ended) {
    return Problem(request, ended.error());
  }
  return Response::NoContent().Set("Set-Cookie", EndedSessionCookie(request));
}

}  // namespace

void AddIdentityRoutes(http::Router& router, IdentityService& identity, const Authenticator& who) {
  router.Get("/api/v1/setup", [&](Request& request) { return GetSetup(request, identity); });
  router.Post("/api/v1/setup", [&](Request& request) { return CompleteSetup(request, identity); },
              {.max_body = kMaxBody});
  router.Post("/api/v1/session", [&](Request& request) { return SignIn(request, identity); },
              {.max_body = kMaxBody});
  router.Delete("/api/v1/session",
                [&](Request& request) { return SignOut(request, identity, who); });
  router.Get("/api/v1/session", [&](Request& request) { return GetSession(request, who); });
  router.Get("/api/v1/me", [&](Request& request) { return GetMe(request, who); });
}

}  // namespace heirloom
