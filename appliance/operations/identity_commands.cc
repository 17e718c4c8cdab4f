#include "appliance/operations/identity_commands.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "appliance/base/fields.h"

namespace heirloom {
namespace {

constexpr std::int64_t kItemsAtOnce = 100;
constexpr char kNothing[] = "{}";

Result<std::string> Done(const Status& done) {
  if (!done) return ErrorOf(done);
  return kNothing;
}

void WriteNext(JsonWriter& json, const std::vector<std::string>& next) {
  json.Key("next").BeginArray();
  for (const std::string& part : next) json.String(part);
  json.EndArray();
}

// A command about one person that needs their e-mail alone.
Result<std::string> OfUser(const Json& args, IdentityService& identity,
                           Status (IdentityService::*change)(std::string_view)) {
  FieldReader fields(args);
  const std::string email = fields.RequiredText("email", {.min = 1, .max = 254});
  fields.RefuseUnknown();
  if (const Status good = fields.Check(); !good) return ErrorOf(good);
  return Done((identity.*change)(email));
}

Result<std::string> SetPassword(const Json& args, IdentityService& identity) {
  FieldReader fields(args);
  const std::string email = fields.RequiredText("email", {.min = 1, .max = 254});
  const std::string password =
      fields.RequiredText("password", {.min = 1, .max = 1024, .single_line = false});
  fields.RefuseUnknown();
  if (const Status good = fields.Check(); !good) return ErrorOf(good);
  return Done(identity.SetPassword(email, password));
}

Result<std::string> ListUsers(const Json& args, IdentityService& identity) {
  FieldReader fields(args);
  const auto after = fields.Texts("after", 5, {.min = 0, .max = 1000});
  fields.RefuseUnknown();
  if (const Status good = fields.Check(); !good) return ErrorOf(good);
  const auto page = identity.ListUsers(after.value_or(std::vector<std::string>()), kItemsAtOnce);
  if (!page) return ErrorOf(page);
  JsonWriter json;
  json.BeginObject().Key("items").BeginArray();
  for (const UserInfo& user : page->items) {
    json.BeginObject().Member("id", user.account.id).Member("email", user.account.email);
    json.Member("name", user.account.name);
    json.Member("role", std::string_view(user.account.is_admin ? "admin" : "person"));
    json.Member("created_at", ToRfc3339(user.created_at));
    if (user.disabled_at) json.Member("disabled_at", ToRfc3339(*user.disabled_at));
    json.EndObject();
  }
  json.EndArray();
  WriteNext(json, page->next);
  return json.EndObject().Take();
}

Result<std::string> ListTokens(const Json& args, IdentityService& identity) {
  FieldReader fields(args);
  const std::string user = fields.RequiredText("user", {.min = 1, .max = 254});
  const auto after = fields.Texts("after", 5, {.min = 0, .max = 1000});
  fields.RefuseUnknown();
  if (const Status good = fields.Check(); !good) return ErrorOf(good);
  const auto page =
      identity.ListTokensOf(user, after.value_or(std::vector<std::string>()), kItemsAtOnce);
  if (!page) return ErrorOf(page);
  JsonWriter json;
  json.BeginObject().Key("items").BeginArray();
  for (const TokenInfo& token : page->items) {
    json.BeginObject().Member("id", token.id).Member("name", token.name);
    json.Key("scopes").BeginArray();
    for (const std::string& scope : token.scopes) json.String(scope);
    json.EndArray().Member("created_at", ToRfc3339(token.created_at));
    if (token.last_used_at) json.Member("last_used_at", ToRfc3339(*token.last_used_at));
    json.EndObject();
  }
  json.EndArray();
  WriteNext(json, page->next);
  return json.EndObject().Take();
}

Result<std::string> RevokeToken(const Json& args, IdentityService& identity) {
  FieldReader fields(args);
  const std::string user = fields.RequiredText("user", {.min = 1, .max = 254});
  const std::string id = fields.RequiredText("id", {.min = 1, .max = 100});
  fields.RefuseUnknown();
  if (const Status good = fields.Check(); !good) return ErrorOf(good);
  return Done(identity.RevokeTokenOf(user, id));
}

Result<std::string> AddUser(const Json& args, IdentityService& identity) {
  FieldReader fields(args);
  NewAccount account;
  account.email = fields.RequiredText("email", {.min = 1, .max = 254});
  account.name = fields.RequiredText("name", {.min = 1, .max = 200});
  account.password =
      fields.RequiredText("password", {.min = 10, .max = 1024, .single_line = false});
  const Json admin = fields.Any("admin");
  if (admin.kind() != Json::Kind::kBool) fields.Add("admin", "must be true or false");
  fields.RefuseUnknown();
  if (const Status good = fields.Check(); !good) return ErrorOf(good);
  account.is_admin = admin.AsBool();
  const Result<Account> added = identity.AddUser(account);
  if (!added) return ErrorOf(added);
  return JsonWriter().BeginObject().Member("id", added->id).EndObject().Take();
}

Result<std::string> CreateToken(const Json& args, IdentityService& identity) {
  FieldReader fields(args);
  const std::string user = fields.RequiredText("user", {.min = 1, .max = 254});
  const std::string name = fields.RequiredText("name", {.min = 1, .max = 200});
  const auto scopes = fields.Texts("scopes", 50, {.min = 1, .max = 100});
  fields.RefuseUnknown();
  if (const Status good = fields.Check(); !good) return ErrorOf(good);
  const Result<std::string> token =
      identity.CreateToken(user, name, scopes.value_or(std::vector<std::string>()));
  if (!token) return ErrorOf(token);
  return JsonWriter().BeginObject().Member("token", *token).EndObject().Take();
}

Result<std::string> NewSetupUrl(IdentityService& identity, const std::string& base_url) {
  const Result<std::string> token = identity.NewSetupToken();
  if (!token) return ErrorOf(token);
  return JsonWriter().BeginObject().Member("url", SetupUrl(base_url, *token)).EndObject().Take();
}

}  // namespace

std::string SetupUrl(const std::string& base_url, const std::string& token) {
  return base_url + "/setup#token=" + token;
}

void AddIdentityCommands(Commands& commands, IdentityService& identity, std::string base_url) {
  using Function = Result<std::string> (*)(const Json&, IdentityService&);
  const auto add = [&](const char* name, Function function) {
    commands.Add(name, [&identity, function](const Json& args, Progress&) {
      return function(args, identity);
    });
  };
  add("user add", AddUser);
  add("user list", ListUsers);
  add("user passwd", SetPassword);
  add("user disable", [](const Json& args, IdentityService& people) {
    return OfUser(args, people, &IdentityService::DisableUser);
  });
  add("user enable", [](const Json& args, IdentityService& people) {
    return OfUser(args, people, &IdentityService::EnableUser);
  });
  add("token create", CreateToken);
  add("token list", ListTokens);
  add("token revoke", RevokeToken);
  commands.Add("setup url", [&identity, base_url = std::move(base_url)](const Json&, Progress&) {
    return NewSetupUrl(identity, base_url);
  });
}

}  // namespace heirloom
