#include "appliance/identity/identity_service.h"

#include <algorithm>
#include <set>

#include "appliance/base/encoding.h"
#include "appliance/base/text.h"
#include "appliance/domain/policy.h"
#include "appliance/identity/identity_repository.h"

namespace heirloom {
namespace {

namespace repository = identity_repository;

constexpr Time kSetupLinkLife = Time::FromSeconds(24 * 3600);
constexpr Time kSessionLife = Time::FromSeconds(30 * 24 * 3600);
constexpr Time kSessionIdle = Time::FromSeconds(14 * 24 * 3600);
constexpr Time kCacheLife = Time::FromSeconds(1);
constexpr std::size_t kMaxCached = 10'000;
constexpr std::size_t kMinPassword = 10;

const std::string kTenant{kDefaultTenant};

Account AccountOf(const UserRow& user) { return {user.id, user.name, user.email, user.is_admin}; }

Principal PrincipalOf(const std::string& tenant, const UserRow& user) {
  return {tenant, user.id, user.name, user.is_admin, std::nullopt};
}

// Enough to catch slips of the finger; whether mail arrives only a mail can tell.
bool LooksLikeEmail(std::string_view email) {
  const auto at = email.find('@');
  return at != std::string_view::npos && at > 0 && email.find('@', at + 1) == email.npos &&
         at + 1 < email.size() && email.size() <= 254 &&
         email.find_first_of(" \t\r\n<>\",;") == email.npos;
}

std::optional<std::set<std::string>> ScopesOf(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::set<std::string> scopes;
  while (!text.empty()) {
    const auto comma = text.find(',');
    scopes.emplace(text.substr(0, comma));
    text = comma == text.npos ? std::string_view() : text.substr(comma + 1);
  }
  return scopes;
}

Result<std::string> JoinScopes(const std::vector<std::string>& scopes) {
  std::set<std::string_view> known;
  for (const PolicyRow& row : PolicyTable()) known.insert(row.scope);
  std::string joined;
  for (const std::string& scope : scopes) {
    if (!known.contains(scope)) {
      std::string list;
      for (const std::string_view name : known)
        list += (list.empty() ? "" : ", ") + std::string(name);
      return FailFields({{"/scopes", "\"" + scope + "\" is none of: " + list}});
    }
    joined += (joined.empty() ? "" : ",") + scope;
  }
  return joined;
}

Status InsertAccount(Transaction& tx, const UserRow& user, std::string_view password_hash,
                     Time now) {
  if (Status s = repository::InsertUser(tx, kTenant, user, FoldKey(user.email), now); !s) {
    if (s.error().code != ErrorCode::kConflict) return s;
    return Fail(ErrorCode::kConflict, "Somebody has an account with this e-mail already.");
  }
  return repository::SetPassword(tx, kTenant, user.id, password_hash, now);
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

Result<NewSession> IdentityService::CompleteSetup(std::string_view token,
                                                  const NewAccount& account) {
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
    const auto any = repository::AnyAdmin(tx, kTenant);
    if (!any) return ErrorOf(any);
    const auto good = repository::SetupLinkIsGood(tx, kTenant, token_hash, now);
    if (!good) return ErrorOf(good);
    if (*any || !*good) {
      return Fail(ErrorCode::kConflict, "This installation has been set up already; sign in.");
    }
    if (Status s = InsertAccount(tx, user, *password_hash, now); !s) return s;
    if (Status s = repository::DeleteSetupLinks(tx, kTenant); !s) return s;
    auto begun = BeginSession(tx, AccountOf(user));
    if (!begun) return ErrorOf(begun);
    session = std::move(*begun);
    return {};
  });
  if (!written) return ErrorOf(written);
  return std::move(*session);
}

Result<Account> IdentityService::AddUser(const NewAccount& account) {
  if (const Status good = CheckAccount(account); !good) return ErrorOf(good);
  const auto password_hash = hasher_.Hash(account.password);
  if (!password_hash) return ErrorOf(password_hash);
  const UserRow user{ids_.Next(), CollapseSpace(account.email), CollapseSpace(account.name),
                     account.is_admin};
  const Time now = clock_.Now();
  const auto written = database_.Write(
      [&](Transaction& tx) -> Status { return InsertAccount(tx, user, *password_hash, now); });
  if (!written) return ErrorOf(written);
  return AccountOf(user);
}

Result<std::string> IdentityService::CreateToken(std::string_view email, std::string_view name,
                                                 const std::vector<std::string>& scopes) {
  const auto joined = JoinScopes(scopes);
  if (!joined) return ErrorOf(joined);
  const std::string label = CollapseSpace(name);
  if (label.empty() || CountCharacters(label) > 200) {
    return FailFields({{"/name", "must have 1 to 200 characters"}});
  }
  const std::string token = "hl_" + NewSecret(random_);
  const Id id = ids_.Next();
  const auto written = database_.Write([&](Transaction& tx) -> Status {
    const auto user = repository::UserByEmail(tx, kTenant, FoldKey(email));
    if (!user) return ErrorOf(user);
    if (!*user) return Fail(ErrorCode::kNotFound, "Nobody has an account with this e-mail.");
    return repository::InsertToken(tx, kTenant, Sha256Hex(token), id, (*user)->id, label, *joined,
                                   clock_.Now());
  });
  if (!written) return ErrorOf(written);
  return token;
}

Result<NewSession> IdentityService::SignIn(std::string_view email, std::string_view password) {
  std::optional<UserRow> user;
  std::optional<std::string> hash;
  const Status read = database_.Read([&](Reader& reader) -> Status {
    auto found = repository::UserByEmail(reader, kTenant, FoldKey(email));
    if (!found) return ErrorOf(found);
    user = std::move(*found);
    if (!user) return {};
    auto stored = repository::PasswordHashOf(reader, kTenant, user->id);
    if (!stored) return ErrorOf(stored);
    hash = std::move(*stored);
    return {};
  });
  if (!read) return ErrorOf(read);
  if (!hash) {
    // The same work as for a known e-mail, so that time does not tell which e-mails are known.
    const auto dummy = DummyHash();
    if (!dummy) return ErrorOf(dummy);
    hash = *dummy;
    user.reset();
  }
  const auto matches = hasher_.Verify(*hash, password);
  if (!matches) return ErrorOf(matches);
  if (!user || !*matches) {
    return Fail(ErrorCode::kUnauthenticated, "E-mail or password is not right.");
  }
  std::optional<NewSession> session;
  const auto written = database_.Write([&](Transaction& tx) -> Status {
    auto begun = BeginSession(tx, AccountOf(*user));
    if (!begun) return ErrorOf(begun);
    session = std::move(*begun);
    return {};
  });
  if (!written) return ErrorOf(written);
  return std::move(*session);
}

Status IdentityService::SignOut(std::string_view session_secret) {
  const std::string hash = Sha256Hex(session_secret);
  const auto written = database_.Write([&](Transaction& tx) -> Status {
    const auto session = repository::SessionByHash(tx, hash);
    if (!session) return ErrorOf(session);
    if (!*session) return {};
    const auto deleted = repository::DeleteSession(tx, hash);
    if (!deleted) return ErrorOf(deleted);
    tx.Append({kTenant, std::string(event_type::kSessionEnded), (*session)->id, "", 0});
    return {};
  });
  const std::lock_guard lock(mutex_);
  cache_.erase(hash);
  used_sessions_.erase(hash);
  if (!written) return ErrorOf(written);
  return {};
}

Result<Caller> IdentityService::BySession(std::string_view secret) {
  const std::string hash = Sha256Hex(secret);
  const Time now = clock_.Now();
  if (auto cached = FromCache(hash, now)) return std::move(*cached);
  const auto session =
      ReadOne(database_, [&](Reader& r) { return repository::SessionByHash(r, hash); });
  if (!session) return ErrorOf(session);
  if (!*session || (*session)->expires_at <= now ||
      (*session)->last_used_at + kSessionIdle <= now) {
    return Fail(ErrorCode::kUnauthenticated, "Your session has ended; sign in again.");
  }
  const SessionRow& row = **session;
  Caller caller{PrincipalOf(row.tenant_id, row.user),
                AccountOf(row.user),
                row.csrf_token,
                false,
                row.id,
                {},
                row.expires_at};
  Remember(hash, caller, now);
  const std::lock_guard lock(mutex_);
  if (row.last_used_at + Time::FromSeconds(60) <= now) used_sessions_[hash] = now;
  return caller;
}

Result<Caller> IdentityService::ByToken(std::string_view token) {
  const std::string hash = Sha256Hex(token);
  const Time now = clock_.Now();
  if (auto cached = FromCache(hash, now)) return std::move(*cached);
  const auto found =
      ReadOne(database_, [&](Reader& r) { return repository::TokenByHash(r, hash); });
  if (!found) return ErrorOf(found);
  if (!*found) return Fail(ErrorCode::kUnauthenticated, "This token is not valid.");
  const TokenRow& row = **found;
  Caller caller{PrincipalOf(row.tenant_id, row.user), AccountOf(row.user), "", true, {}, row.id};
  caller.principal.scopes = ScopesOf(row.scopes);
  Remember(hash, caller, now);
  return caller;
}

Status IdentityService::Housekeep() {
  std::map<std::string, Time> used;
  {
    const std::lock_guard lock(mutex_);
    used.swap(used_sessions_);
  }
  const Time now = clock_.Now();
  const auto written = database_.Write([&](Transaction& tx) -> Status {
    for (const auto& [hash, time] : used) {
      if (Status s = repository::TouchSession(tx, hash, time); !s) return s;
    }
    return repository::DeleteSessionsExpiredBy(tx, now, now - kSessionIdle);
  });
  if (!written) return ErrorOf(written);
  return {};
}

Result<NewSession> IdentityService::BeginSession(Transaction& tx, const Account& account) {
  NewSession session{NewSecret(random_), NewSecret(random_), account};
  const Time now = clock_.Now();
  const SessionRow row{kTenant,
                       ids_.Next(),
                       {account.id, account.email, account.name, account.is_admin},
                       session.csrf_token,
                       now,
                       now,
                       now + kSessionLife};
  if (Status s = repository::InsertSession(tx, Sha256Hex(session.secret), row); !s) {
    return ErrorOf(s);
  }
  return session;
}

std::optional<Caller> IdentityService::FromCache(const std::string& hash, Time now) {
  const std::lock_guard lock(mutex_);
  const auto found = cache_.find(hash);
  if (found == cache_.end() || found->second.until <= now) return std::nullopt;
  return found->second.caller;
}

void IdentityService::Remember(const std::string& hash, const Caller& caller, Time now) {
  const std::lock_guard lock(mutex_);
  // All entries live a second at most, so dropping everything when full loses next to nothing.
  if (cache_.size() >= kMaxCached) cache_.clear();
  cache_[hash] = {caller, now + kCacheLife};
}

Status IdentityService::CheckAccount(const NewAccount& account) const {
  std::vector<FieldError> errors;
  const std::string name = CollapseSpace(account.name);
  if (name.empty() || CountCharacters(name) > 200 || !IsStorableText(name)) {
    errors.push_back({"/name", "must have 1 to 200 characters"});
  }
  if (!LooksLikeEmail(CollapseSpace(account.email)) || !IsStorableText(account.email)) {
    errors.push_back({"/email", "must be an e-mail address such as rosa@example.org"});
  }
  if (!IsStorableText(account.password) || CountCharacters(account.password) < kMinPassword) {
    errors.push_back({"/password", "must have at least 10 characters"});
  } else if (CountCharacters(account.password) > 1024) {
    errors.push_back({"/password", "must have at most 1024 characters"});
  }
  if (!errors.empty()) return FailFields(std::move(errors));
  return {};
}

Result<std::string> IdentityService::DummyHash() {
  {
    const std::lock_guard lock(mutex_);
    if (!dummy_hash_.empty()) return dummy_hash_;
  }
  auto made = hasher_.Hash(NewSecret(random_));
  if (!made) return made;
  const std::lock_guard lock(mutex_);
  dummy_hash_ = *made;
  return made;
}

}  // namespace heirloom
