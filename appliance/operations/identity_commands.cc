#include "appliance/operations/identity_commands.h"

#include <utility>

#include "appliance/base/fields.h"

namespace heirloom {
namespace {

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
  commands.Add("user add",
               [&identity](const Json& args, Progress&) { return AddUser(args, identity); });
  commands.Add("token create",
               [&identity](const Json& args, Progress&) { return CreateToken(args, identity); });
  commands.Add("setup url", [&identity, base_url = std::move(base_url)](const Json&, Progress&) {
    return NewSetupUrl(identity, base_url);
  });
}

}  // namespace heirloom
