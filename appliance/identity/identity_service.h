#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "appliance/domain/request_key.h"
#include "appliance/identity/account_rules.h"
#include "appliance/identity/caller.h"
#include "appliance/identity/caller_cache.h"
#include "appliance/identity/password_hasher.h"
#include "appliance/throttle/sign_in_throttle.h"
#include "storage/database.h"

namespace heirloom {

// People, how they prove who they are, and for how long we believe it. Whatever ends a session or a
// token before its time appends SessionEnded or TokenEnded in the same transaction, and is believed
// no more from that commit on. Thread-safe.
class IdentityService {
 public:
  IdentityService(Database& database, PasswordHasher& hasher, const Clock& clock, IdSource& ids,
                  Random& random);

  // First run (identity_service.cc). Whether nobody has an account yet.
  Result<bool> NeedsSetup();
  // A fresh one-time token for the first-run page, good for 24 hours; kConflict once somebody is
  // admin. Earlier ones stay good until the first admin is made. Accounts that the operator added
  // before do not matter: the installation still needs its admin.
  Result<std::string> NewSetupToken();
  // Makes the first admin and signs it in. kForbidden for a token that is not good, kConflict once
  // somebody is admin or when the e-mail is taken.
  Result<NewSession> CompleteSetup(std::string_view token, const NewAccount& account,
                                   const Visit& visit = {});

  // kUnauthenticated alike for an unknown e-mail, a wrong password and a disabled person, after the
  // same work. kLimitExceeded after too many wrong ones (sign_in_throttle.h).
  Result<NewSession> SignIn(std::string_view email, std::string_view password,
                            const Visit& visit = {});
  Status SignOut(std::string_view session_secret);

  // kUnauthenticated when the secret is unknown, expired or idle for too long. Answers are kept for
  // a second, so a burst of requests costs one look-up.
  Result<Caller> BySession(std::string_view secret);
  Result<Caller> ByToken(std::string_view token);

  // Once a minute: writes down when sessions and tokens were last used, all at once, and removes
  // sessions and throttles that are over.
  Status Housekeep();

  // What people do about themselves (identity_own.cc). kForbidden for a token: what it may do must
  // not grow or outlast itself by its own doing. Pages hold `limit` (1 to 100) items.
  //
  // Last used first.
  Result<SessionPage> ListSessions(const Caller& who, const std::vector<std::string>& after,
                                   std::int64_t limit);
  Status EndSession(const Caller& who, const Id& id);  // kNotFound when it is not theirs.
  Status EndOtherSessions(const Caller& who);
  // Newest first.
  Result<TokenPage> ListTokens(const Caller& who, const std::vector<std::string>& after,
                               std::int64_t limit);
  // kInvalidArgument for a scope that does not exist. No scopes: all that the person may. The same
  // `key` again is kConflict: a secret is not told twice.
  Result<NewToken> CreateToken(const Caller& who, std::string_view name,
                               const std::vector<std::string>& scopes,
                               const std::optional<RequestKey>& key);
  Status RevokeToken(const Caller& who, const Id& id);  // kNotFound when it is not theirs.
  // kInvalidArgument at /current or /new, kLimitExceeded after too many tries. Ends the other
  // sessions; gives this one's new secret.
  Result<std::string> ChangePassword(const Caller& who, std::string_view current,
                                     std::string_view replacement);

  // What the operator does at the command line (identity_operator.cc). People are named by their
  // e-mail; kNotFound when nobody has it.
  //
  // kConflict when the e-mail is taken.
  Result<Account> AddUser(const NewAccount& account);
  // By e-mail; `after` is the page before's `next`.
  Result<UserPage> ListUsers(const std::vector<std::string>& after, std::int64_t limit);
  // Ends all of the person's sessions; tokens stay.
  Status SetPassword(std::string_view email, std::string_view password);
  // Ends all of the person's sessions and tokens, for good. What they wrote stays. Doing it again
  // changes nothing. kConflict for the last admin.
  Status DisableUser(std::string_view email);
  Status EnableUser(std::string_view email);
  // The token, shown this once. kConflict for somebody disabled.
  Result<std::string> CreateToken(std::string_view email, std::string_view name,
                                  const std::vector<std::string>& scopes);
  Result<TokenPage> ListTokensOf(std::string_view email, const std::vector<std::string>& after,
                                 std::int64_t limit);
  Status RevokeTokenOf(std::string_view email, const Id& id);  // kNotFound when it is not theirs.

 private:
  Result<NewSession> BeginSession(Transaction& tx, const Account& account, const Visit& visit);
  Result<std::string> DummyHash();

  Database& database_;
  PasswordHasher& hasher_;
  const Clock& clock_;
  IdSource& ids_;
  Random& random_;
  SignInThrottle throttle_{database_, clock_};
  CallerCache callers_;
  UseNotes used_sessions_;
  UseNotes used_tokens_;

  std::mutex dummy_mutex_;
  std::string dummy_hash_;
};

}  // namespace heirloom
