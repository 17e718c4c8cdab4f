#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/identity/caller.h"
#include "storage/database.h"

namespace heirloom {

struct UserRow {
  Id id;
  std::string email;
  std::string name;
  bool is_admin = false;
};

// Columns id, email, name, role from `first`.
UserRow UserFrom(const Row& row, int first);

// What is known of somebody who wants in.
struct SignInRow {
  UserRow user;
  bool disabled = false;
  std::string password_hash;
};

// SQL of people, passwords and first-run links. Secrets come and go as SHA-256 in hex.
namespace identity_repository {

Result<bool> AnyUser(Reader& reader, std::string_view tenant);
Result<bool> AnyAdmin(Reader& reader, std::string_view tenant);
// Whether somebody else than `user` is admin and not disabled.
Result<bool> AnyAdminBeside(Reader& reader, std::string_view tenant, const Id& user);
Result<std::optional<SignInRow>> ByEmail(Reader& reader, std::string_view tenant,
                                         std::string_view email_key);
// By e-mail, after `email_key`.
Result<std::vector<UserInfo>> Users(Reader& reader, std::string_view tenant,
                                    std::string_view after_email_key, std::int64_t limit);

// kConflict when the e-mail is taken.
Status InsertUser(Transaction& tx, std::string_view tenant, const UserRow& user,
                  std::string_view email_key, Time now);
Status SetPassword(Transaction& tx, std::string_view tenant, const Id& user,
                   std::string_view password_hash, Time now);
// nullopt enables.
Status SetDisabled(Transaction& tx, std::string_view tenant, const Id& user,
                   std::optional<Time> disabled_at);

Status InsertSetupLink(Transaction& tx, std::string_view tenant, std::string_view hash, Time now,
                       Time expires);
Result<bool> SetupLinkIsGood(Reader& reader, std::string_view tenant, std::string_view hash,
                             Time now);
Status DeleteSetupLinks(Transaction& tx, std::string_view tenant);

}  // namespace identity_repository
}  // namespace heirloom
