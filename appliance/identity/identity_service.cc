#include "appliance/identity/identity_service.h"

#include "appliance/audit/audit_trail.h"
#include "appliance/base/encoding.h"
#include "appliance/base/text.h"
#include "appliance/identity/identity_repository.h"
#include "appliance/identity/identity_steps.h"
#include "appliance/identity/session_repository.h"
#include "appliance/identity/token_repository.h"
#include "appliance/throttle/throttle_repository.h"
#include "storage/locks.h"

namespace heirloom {
namespace {

using identity_steps::kTenant;
namespace repository = identity_repository;
namespace sessions = session_repository;
namespace tokens = token_repository;

constexpr Time kSetupLinkLife = Time::FromSeconds(24 * 3600);
constexpr Time kSessionLife = Time::FromSeconds(30 * 24 * 3600);
constexpr Time kSessionIdle = Time::FromSeconds(14 * 24 * 3600);
// So often a use is written down.
constexpr Time kUseGrain = Time::FromSeconds(60);
constexpr std::size_t kMaxUserAgent = 300;
// Sessions that one housekeeping ends; the next goes on.
constexpr std::int64_t kExpiredAtOnce = 500;

Account AccountOf(const UserRow& user) { return {user.id, user.name, user.email, user.is_admin}; }

Principal PrincipalOf(const std::string& tenant, const UserRow& user) {
  return {tenant, user.id, user.name, user.is_admin, std::nullopt};
}

Caller CallerOf(const SessionRow& row) {
  return {PrincipalOf(row.tenant_id, row.user),
          AccountOf(row.user),
          row.csrf_token,
          false,
          row.id,
          {},
          row.expires_at};
}

Caller CallerOf(const TokenRow& row) {
  Caller caller{
      PrincipalOf(row.tenant_id, row.user), AccountOf(row.user), "", true, {}, row.info.id};
  const auto& scopes = row.info.scopes;
  if (!scopes.empty()) caller.principal.scopes.emplace(scopes.begin(), scopes.end());
  return caller;
}

Status WrongSignIn() {
  return Fail(ErrorCode::kUnauthenticated, "E-mail or password is not right.");
}

// The browser signs in afresh: what it showed until now must not stay good beside the new one.
Status EndFormer(Transaction& tx, std::string_view secret) {
  if (secret.empty()) return {};
  const auto former = sessions::ByHash(tx, Sha256Hex(secret));
  if (!former) return ErrorOf(former);
  if (!*former) return {};
  const SessionRow& row = **former;
  const auto ended = sessions::End(tx, row.tenant_id, row.user.id, row.id);
  if (!ended) return ErrorOf(ended);
  return {};
}

}  // namespace

IdentityService::IdentityService(Database& database, PasswordHasher& hasher, const Clock& clock,
                                 IdSource& ids, Random& random)
    : database_(database), hasher_(hasher), clock_(clock), ids_(ids), random_(random) {}

Result<bool> IdentityService::NeedsSetup() {
  const auto any = ReadOne(database_, [](Reader& r) { return repository::AnyUser(r, kTenant); });
  if (!any) return ErrorOf(any);
  return !*any;
}

Result<std::string> IdentityService::NewSetupToken() {
  const std::string token = NewSecret(random_);
  const Time now = clock_.Now();
  const auto written = database_.Write([&](Transaction& tx) -> Status {
    if (Status s = LockPeople(tx, kTenant); !s) return s;
    const auto any = repository::AnyAdmin(tx, kTenant);
    if (!any) return ErrorOf(any);
    if (*any) {
      return Fail(ErrorCode::kConflict,
                  "This installation has been set up already; add people with: heirloom user add");
    }
    return repository::InsertSetupLink(tx, kTenant, Sha256Hex(token), now, now + kSetupLinkLife);
  });
  if (!written) return ErrorOf(written);
  return token;
}

Result<NewSession> IdentityService::CompleteSetup(std::string_view token, const NewAccount& account,
                                                  const Visit& visit) {
  if (const Status good = CheckAccount(account); !good) return ErrorOf(good);
  const std::string token_hash = Sha256Hex(token);
  // Before the costly hash: strangers without a link must not be able to make us work.
  const auto open = ReadOne(database_, [&](Reader& r) {
    return repository::SetupLinkIsGood(r, kTenant, token_hash, clock_.Now());
  });
  if (!open) return ErrorOf(open);
  if (!*open) {
    return Fail(ErrorCode::kForbidden,
                "This first-run link is used up or too old; make a new one with: heirloom "
                "setup-url");
  }
  const auto password_hash = hasher_.Hash(account.password);
  if (!password_hash) return ErrorOf(password_hash);
  const UserRow user{ids_.Next(), CollapseSpace(account.email), CollapseSpace(account.name), true};
  const Time now = clock_.Now();
  std::optional<NewSession> session;
  const auto written = database_.Write([&](Transaction& tx) -> Status {
    if (Status s = LockPeople(tx, kTenant); !s) return s;
    const auto any = repository::AnyAdmin(tx, kTenant);
    if (!any) return ErrorOf(any);
    const auto good = repository::SetupLinkIsGood(tx, kTenant, token_hash, now);
    if (!good) return ErrorOf(good);
    if (*any || !*good) {
      return Fail(ErrorCode::kConflict, "This installation has been set up already; sign in.");
    }
    const Principal first = PrincipalOf(kTenant, user);
    if (Status s = identity_steps::InsertAccount(tx, first, user, *password_hash, now); !s) {
      return s;
    }
    if (Status s = repository::DeleteSetupLinks(tx, kTenant); !s) return s;
    auto begun = BeginSession(tx, AccountOf(user), visit);
    if (!begun) return ErrorOf(begun);
    session = std::move(*begun);
    return {};
  });
  if (!written) return ErrorOf(written);
  return std::move(*session);
}

Result<NewSession> IdentityService::SignIn(std::string_view email, std::string_view password,
                                           const Visit& visit) {
  const std::string email_key = FoldKey(email);
  if (const Status may = throttle_.Admit(email_key, visit.address); !may) return ErrorOf(may);
  const auto found =
      ReadOne(database_, [&](Reader& r) { return repository::ByEmail(r, kTenant, email_key); });
  if (!found) return ErrorOf(found);
  const bool known = *found && !(*found)->disabled && !(*found)->password_hash.empty();
  // For others the same work, so that time does not tell which e-mails are known.
  const auto hash = known ? Result<std::string>((*found)->password_hash) : DummyHash();
  if (!hash) return ErrorOf(hash);
  const auto matches = hasher_.Verify(*hash, password);
  if (!matches) return ErrorOf(matches);
  if (!known || !*matches) return ErrorOf(WrongSignIn());
  std::optional<NewSession> session;
  const auto written = database_.Write([&](Transaction& tx) -> Status {
    if (Status s = LockUser(tx, kTenant, (*found)->user.id); !s) return s;
    // While the password was being checked somebody may have changed it, or disabled the person.
    const auto now_found = repository::ByEmail(tx, kTenant, email_key);
    if (!now_found) return ErrorOf(now_found);
    if (!*now_found || (*now_found)->disabled || (*now_found)->password_hash != *hash) {
      return WrongSignIn();
    }
    if (Status s = throttle_.Succeeded(tx, email_key, visit.address); !s) return s;
    if (Status s = EndFormer(tx, visit.former_secret); !s) return s;
    auto begun = BeginSession(tx, AccountOf((*now_found)->user), visit);
    if (!begun) return ErrorOf(begun);
    session = std::move(*begun);
    return {};
  });
  if (!visit.former_secret.empty()) callers_.Clear();
  if (!written) return ErrorOf(written);
  return std::move(*session);
}

Status IdentityService::SignOut(std::string_view session_secret) {
  const auto written =
      database_.Write([&](Transaction& tx) { return EndFormer(tx, session_secret); });
  callers_.Clear();
  if (!written) return ErrorOf(written);
  return {};
}

Result<Caller> IdentityService::BySession(std::string_view secret) {
  const std::string hash = Sha256Hex(secret);
  const Time now = clock_.Now();
  if (auto cached = callers_.Find(hash, now)) return std::move(*cached);
  const auto generation = callers_.Generation();
  const auto session = ReadOne(database_, [&](Reader& r) { return sessions::ByHash(r, hash); });
  if (!session) return ErrorOf(session);
  if (!*session || (*session)->expires_at <= now ||
      (*session)->last_used_at + kSessionIdle <= now) {
    return Fail(ErrorCode::kUnauthenticated, "Your session has ended; sign in again.");
  }
  Caller caller = CallerOf(**session);
  callers_.Put(hash, caller, now, generation);
  if ((*session)->last_used_at + kUseGrain <= now) used_sessions_.Add(hash, now);
  return caller;
}

Result<Caller> IdentityService::ByToken(std::string_view token) {
  const std::string hash = Sha256Hex(token);
  const Time now = clock_.Now();
  if (auto cached = callers_.Find(hash, now)) return std::move(*cached);
  const auto generation = callers_.Generation();
  const auto found = ReadOne(database_, [&](Reader& r) { return tokens::ByHash(r, hash); });
  if (!found) return ErrorOf(found);
  if (!*found) return Fail(ErrorCode::kUnauthenticated, "This token is not valid.");
  Caller caller = CallerOf(**found);
  callers_.Put(hash, caller, now, generation);
  const std::optional<Time> used = (*found)->info.last_used_at;
  if (!used || *used + kUseGrain <= now) used_tokens_.Add(hash, now);
  return caller;
}

Status IdentityService::Housekeep() {
  const UseNotes::Notes used_sessions = used_sessions_.Take();
  const UseNotes::Notes used_tokens = used_tokens_.Take();
  const Time now = clock_.Now();
  const auto written = database_.Write([&](Transaction& tx) -> Status {
    for (const auto& [hash, time] : used_sessions) {
      if (Status s = sessions::Touch(tx, hash, time); !s) return s;
    }
    for (const auto& [hash, time] : used_tokens) {
      if (Status s = tokens::Touch(tx, hash, time); !s) return s;
    }
    if (Status s = throttle_repository::Sweep(tx, now); !s) return s;
    return sessions::EndExpired(tx, now, now - kSessionIdle, kExpiredAtOnce);
  });
  if (!written) return ErrorOf(written);
  return {};
}

Result<NewSession> IdentityService::BeginSession(Transaction& tx, const Account& account,
                                                 const Visit& visit) {
  NewSession session{NewSecret(random_), NewSecret(random_), account};
  const Time now = clock_.Now();
  const std::string user_agent(
      IsStorableText(visit.user_agent) ? FirstCharacters(visit.user_agent, kMaxUserAgent) : "");
  const SessionRow row{kTenant,
                       ids_.Next(),
                       {account.id, account.email, account.name, account.is_admin},
                       session.csrf_token,
                       user_agent,
                       now,
                       now,
                       now + kSessionLife};
  const Status begun = sessions::Insert(tx, Sha256Hex(session.secret), row);
  if (!begun) return ErrorOf(begun);
  return session;
}

Result<std::string> IdentityService::DummyHash() {
  {
    const std::lock_guard lock(dummy_mutex_);
    if (!dummy_hash_.empty()) return dummy_hash_;
  }
  auto made = hasher_.Hash(NewSecret(random_));
  if (!made) return made;
  const std::lock_guard lock(dummy_mutex_);
  dummy_hash_ = *made;
  return made;
}

}  // namespace heirloom
