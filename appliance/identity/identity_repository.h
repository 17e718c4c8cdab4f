#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "storage/database.h"

namespace heirloom {

struct UserRow {
  Id id;
  std::string email;
  std::string name;
  bool is_admin = false;
};

struct SessionRow {
  std::string tenant_id;
  Id id;
  UserRow user;
  std::string csrf_token;
  Time created_at;
  Time last_used_at;
  Time expires_at;
};

struct TokenRow {
  std::string tenant_id;
  Id id;
  UserRow user;
  std::string scopes;  // Comma-separated; empty: all that the person may.
};

// SQL of people, passwords, sessions and tokens. Secrets come and go as SHA-256 in hex.
namespace identity_repository {

Result<bool> AnyUser(Reader& reader, std::string_view tenant);
Result<bool> AnyAdmin(Reader& reader, std::string_view tenant);
Result<std::optional<UserRow>> UserByEmail(Reader& reader, std::string_view tenant,
                                           std::string_view email_key);
Result<std::optional<std::string>> PasswordHashOf(Reader& reader, std::string_view tenant,
                                                  const Id& user);

// kConflict when the e-mail is taken.
Status InsertUser(Transaction& tx, std::string_view tenant, const UserRow& user,
                  std::string_view email_key, Time now);
Status SetPassword(Transaction& tx, std::string_view tenant, const Id& user,
                   std::string_view password_hash, Time now);

Status InsertSetupLink(Transaction& tx, std::string_view tenant, std::string_view hash, Time now,
                       Time expires);
Result<bool> SetupLinkIsGood(Reader& reader, std::string_view tenant, std::string_view hash,
                             Time now);
Status DeleteSetupLinks(Transaction& tx, std::string_view tenant);

Status InsertSession(Transaction& tx, std::string_view hash, const SessionRow& session);
Result<std::optional<SessionRow>> SessionByHash(Reader& reader, std::string_view hash);
// Whether there was one.
Result<bool> DeleteSession(Transaction& tx, std::string_view hash);
Status TouchSession(Transaction& tx, std::string_view hash, Time now);
Status DeleteSessionsExpiredBy(Transaction& tx, Time now, Time idle_since);

Status InsertToken(Transaction& tx, std::string_view tenant, std::string_view hash, const Id& id,
                   const Id& user, std::string_view name, std::string_view scopes, Time now);
Result<std::optional<TokenRow>> TokenByHash(Reader& reader, std::string_view hash);

}  // namespace identity_repository
}  // namespace heirloom
