#include "appliance/identity/identity_steps.h"

#include "appliance/audit/audit_trail.h"
#include "appliance/base/encoding.h"
#include "appliance/base/json.h"
#include "appliance/base/text.h"
#include "appliance/identity/session_repository.h"
#include "appliance/identity/token_repository.h"

namespace heirloom::identity_steps {
namespace {

// Whose token it is, and what it may: never its secret, and not the name that its person gave it.
std::string DetailOf(const Id& user, const TokenInfo& token) {
  JsonWriter json;
  json.BeginObject().Member("user_id", user).Key("scopes").BeginArray();
  for (const std::string& scope : token.scopes) json.String(scope);
  return json.EndArray().EndObject().Take();
}

}  // namespace

Status InsertAccount(Transaction& tx, const Principal& by, const UserRow& user,
                     std::string_view password_hash, Time now) {
  const std::string email_key = FoldKey(user.email);
  if (Status s = identity_repository::InsertUser(tx, kTenant, user, email_key, now); !s) {
    if (s.error().code != ErrorCode::kConflict) return s;
    return Fail(ErrorCode::kConflict, "Somebody has an account with this e-mail already.");
  }
  if (Status s = identity_repository::SetPassword(tx, kTenant, user.id, password_hash, now); !s) {
    return s;
  }
  JsonWriter detail;
  detail.BeginObject().Member("role", user.is_admin ? "admin" : "person").EndObject();
  return audit::Append(tx, by, {audit::action::kUserAdded, user.id, "", detail.Take()}, now);
}

Status ReplacePassword(Transaction& tx, const Principal& by, std::string_view tenant,
                       const Id& user, std::string_view password_hash, const Id& staying,
                       Time now) {
  if (Status s = identity_repository::SetPassword(tx, tenant, user, password_hash, now); !s) {
    return s;
  }
  const auto ended = session_repository::EndAll(tx, tenant, user, staying);
  if (!ended) return ErrorOf(ended);
  return audit::Append(tx, by, {audit::action::kPasswordChanged, user, "", ""}, now);
}

Status InsertToken(Transaction& tx, const Principal& by, const Id& user, const NewToken& token) {
  const TokenInfo& info = token.info;
  const std::string hash = Sha256Hex(token.secret);
  if (Status s = token_repository::Insert(tx, hash, by.tenant_id, user, info); !s) return s;
  return audit::Append(tx, by, {audit::action::kTokenCreated, info.id, "", DetailOf(user, info)},
                       info.created_at);
}

Status EndToken(Transaction& tx, const Principal& by, const Id& user, const Id& token, Time now) {
  const auto ended = token_repository::End(tx, by.tenant_id, user, token);
  if (!ended) return ErrorOf(ended);
  if (!*ended) return Fail(ErrorCode::kNotFound, "There is no such token.");
  return audit::Append(tx, by, {audit::action::kTokenRevoked, token, "", ""}, now);
}

TokenPage PageOfTokens(std::vector<TokenInfo> tokens, std::int64_t limit) {
  TokenPage page{std::move(tokens), {}};
  if (page.items.size() > static_cast<std::size_t>(limit)) {
    page.items.resize(static_cast<std::size_t>(limit));
    page.next = {page.items.back().id};
  }
  return page;
}

}  // namespace heirloom::identity_steps
