#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "appliance/domain/principal.h"
#include "appliance/identity/password_hasher.h"
#include "storage/database.h"

namespace heirloom {

struct Account {
  Id id;
  std::string name;
  std::string email;
  bool is_admin = false;
};

// A session just begun. The secret goes into the cookie and is nowhere else: only its hash is kept.
struct NewSession {
  std::string secret;
  std::string csrf_token;
  Account account;
};

// Who asks, by what they showed: a session or an API token. SessionEnded and TokenEnded events name
// the same ids.
struct Caller {
  Principal principal;
  Account account;
  std::string csrf_token;  // Empty for API tokens, which need none.
  bool by_token = false;
  Id session_id = {};    // Empty for a token.
  Id token_id = {};      // Empty for a session.
  Time expires_at = {};  // When a session ends by itself; 0 for a token.
};

struct NewAccount {
  std::string name;
  std::string email;
  std::string password;
  bool is_admin = false;
};

// People, how they prove who they are, and for how long we believe it. Thread-safe.
class IdentityService {
 public:
  IdentityService(Database& database, PasswordHasher& hasher, const Clock& clock, IdSource& ids,
                  Random& random);

  // Whether nobody has an account yet.
  Result<bool> NeedsSetup();
  // A fresh one-time token for the first-run page, good for 24 hours; kConflict once somebody is
  // admin. Earlier ones stay good until the first admin is made. Accounts that the operator added
  // before do not matter: the installation still needs its admin.
  Result<std::string> NewSetupToken();
  // Makes the first admin and signs it in. kForbidden for a token that is not good, kConflict once
  // somebody is admin or when the e-mail is taken.
  Result<NewSession> CompleteSetup(std::string_view token, const NewAccount& account);

  // For the operator's command line. kConflict when the e-mail is taken.
  Result<Account> AddUser(const NewAccount& account);
  // The token, shown this once. kNotFound when nobody has this e-mail; kInvalidArgument for a scope
  // that does not exist. No scopes: all that the person may.
  Result<std::string> CreateToken(std::string_view email, std::string_view name,
                                  const std::vector<std::string>& scopes);

  // kUnauthenticated alike for an unknown e-mail and a wrong password, after the same work.
  Result<NewSession> SignIn(std::string_view email, std::string_view password);
  Status SignOut(std::string_view session_secret);

  // kUnauthenticated when the secret is unknown, expired or idle for too long. Answers are kept for
  // a second, so a burst of requests costs one look-up.
  Result<Caller> BySession(std::string_view secret);
  Result<Caller> ByToken(std::string_view token);

  // Once a minute: writes down when sessions were last used, all at once, and removes dead ones.
  Status Housekeep();

 private:
  struct Cached {
    Caller caller;
    Time until;
  };
  Result<NewSession> BeginSession(Transaction& tx, const Account& account);
  std::optional<Caller> FromCache(const std::string& hash, Time now);
  void Remember(const std::string& hash, const Caller& caller, Time now);
  Status CheckAccount(const NewAccount& account) const;
  Result<std::string> DummyHash();

  Database& database_;
  PasswordHasher& hasher_;
  const Clock& clock_;
  IdSource& ids_;
  Random& random_;

  std::mutex mutex_;
  std::map<std::string, Cached> cache_;        // By hash of the secret; at most kMaxCached.
  std::map<std::string, Time> used_sessions_;  // Not yet written down.
  std::string dummy_hash_;
};

}  // namespace heirloom
