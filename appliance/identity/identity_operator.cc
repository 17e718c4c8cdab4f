// What the operator does at the command line.

#include "appliance/audit/audit_trail.h"
#include "appliance/base/text.h"
#include "appliance/identity/identity_repository.h"
#include "appliance/identity/identity_service.h"
#include "appliance/identity/identity_steps.h"
#include "appliance/identity/session_repository.h"
#include "appliance/identity/token_repository.h"
#include "storage/locks.h"

namespace heirloom {
namespace {

using identity_steps::kTenant;
namespace repository = identity_repository;

Result<SignInRow> Find(Reader& reader, std::string_view email) {
  auto found = repository::ByEmail(reader, kTenant, FoldKey(email));
  if (!found) return ErrorOf(found);
  if (!*found) return Fail(ErrorCode::kNotFound, "Nobody has an account with this e-mail.");
  return std::move(**found);
}

Status Disable(Transaction& tx, const UserRow& user, Time now) {
  if (Status s = LockUser(tx, kTenant, user.id); !s) return s;
  const auto others = repository::AnyAdminBeside(tx, kTenant, user.id);
  if (!others) return ErrorOf(others);
  if (user.is_admin && !*others) {
    return Fail(ErrorCode::kConflict,
                "This is the only admin who can sign in; make or enable another one first.");
  }
  if (Status s = repository::SetDisabled(tx, kTenant, user.id, now); !s) return s;
  const auto sessions = session_repository::EndAll(tx, kTenant, user.id, "");
  if (!sessions) return ErrorOf(sessions);
  const auto tokens = token_repository::EndAll(tx, kTenant, user.id);
  if (!tokens) return ErrorOf(tokens);
  return audit::Append(tx, audit::Operator(), {audit::action::kUserDisabled, user.id, "", ""}, now);
}

}  // namespace

Result<Account> IdentityService::AddUser(const NewAccount& account) {
  if (const Status good = CheckAccount(account); !good) return ErrorOf(good);
  const auto password_hash = hasher_.Hash(account.password);
  if (!password_hash) return ErrorOf(password_hash);
  const UserRow user{ids_.Next(), CollapseSpace(account.email), CollapseSpace(account.name),
                     account.is_admin};
  const auto written = database_.Write([&](Transaction& tx) -> Status {
    if (Status s = LockPeople(tx, kTenant); !s) return s;
    return identity_steps::InsertAccount(tx, audit::Operator(), user, *password_hash, clock_.Now());
  });
  if (!written) return ErrorOf(written);
  return Account{user.id, user.name, user.email, user.is_admin};
}

Result<UserPage> IdentityService::ListUsers(const std::vector<std::string>& after,
                                            std::int64_t limit) {
  auto found = ReadOne(database_, [&](Reader& reader) {
    return repository::Users(reader, kTenant, after.empty() ? "" : after.front(), limit + 1);
  });
  if (!found) return ErrorOf(found);
  UserPage page{std::move(*found), {}};
  if (page.items.size() > static_cast<std::size_t>(limit)) {
    page.items.resize(static_cast<std::size_t>(limit));
    page.next = {FoldKey(page.items.back().account.email)};
  }
  return page;
}

Status IdentityService::SetPassword(std::string_view email, std::string_view password) {
  if (Status good = CheckPassword(password, "/password"); !good) return good;
  const auto hash = hasher_.Hash(password);
  if (!hash) return ErrorOf(hash);
  const auto written = database_.Write([&](Transaction& tx) -> Status {
    const auto found = Find(tx, email);
    if (!found) return ErrorOf(found);
    if (Status s = LockUser(tx, kTenant, found->user.id); !s) return s;
    return identity_steps::ReplacePassword(tx, audit::Operator(), kTenant, found->user.id, *hash,
                                           "", clock_.Now());
  });
  callers_.Clear();
  if (!written) return ErrorOf(written);
  return {};
}

Status IdentityService::DisableUser(std::string_view email) {
  const auto written = database_.Write([&](Transaction& tx) -> Status {
    if (Status s = LockPeople(tx, kTenant); !s) return s;
    const auto found = Find(tx, email);
    if (!found) return ErrorOf(found);
    return found->disabled ? Status() : Disable(tx, found->user, clock_.Now());
  });
  callers_.Clear();
  if (!written) return ErrorOf(written);
  return {};
}

Status IdentityService::EnableUser(std::string_view email) {
  const auto written = database_.Write([&](Transaction& tx) -> Status {
    if (Status s = LockPeople(tx, kTenant); !s) return s;
    const auto found = Find(tx, email);
    if (!found) return ErrorOf(found);
    if (!found->disabled) return {};
    const Id& user = found->user.id;
    if (Status s = repository::SetDisabled(tx, kTenant, user, std::nullopt); !s) return s;
    return audit::Append(tx, audit::Operator(), {audit::action::kUserEnabled, user, "", ""},
                         clock_.Now());
  });
  if (!written) return ErrorOf(written);
  return {};
}

Result<std::string> IdentityService::CreateToken(std::string_view email, std::string_view name,
                                                 const std::vector<std::string>& scopes) {
  const std::string label = CollapseSpace(name);
  if (const Status good = CheckToken(label, scopes); !good) return ErrorOf(good);
  const NewToken token{"hl_" + NewSecret(random_),
                       {ids_.Next(), label, scopes, clock_.Now(), std::nullopt}};
  const auto written = database_.Write([&](Transaction& tx) -> Status {
    if (Status s = LockPeople(tx, kTenant); !s) return s;
    const auto found = Find(tx, email);
    if (!found) return ErrorOf(found);
    if (found->disabled) {
      return Fail(ErrorCode::kConflict, "This person is disabled; enable them first.");
    }
    return identity_steps::InsertToken(tx, audit::Operator(), found->user.id, token);
  });
  if (!written) return ErrorOf(written);
  return token.secret;
}

Result<TokenPage> IdentityService::ListTokensOf(std::string_view email,
                                                const std::vector<std::string>& after,
                                                std::int64_t limit) {
  auto tokens = ReadOne(database_, [&](Reader& reader) -> Result<std::vector<TokenInfo>> {
    const auto found = Find(reader, email);
    if (!found) return ErrorOf(found);
    return token_repository::OfUser(reader, kTenant, found->user.id,
                                    after.empty() ? Id() : after.front(), limit + 1);
  });
  if (!tokens) return ErrorOf(tokens);
  return identity_steps::PageOfTokens(std::move(*tokens), limit);
}

Status IdentityService::RevokeTokenOf(std::string_view email, const Id& id) {
  const auto written = database_.Write([&](Transaction& tx) -> Status {
    const auto found = Find(tx, email);
    if (!found) return ErrorOf(found);
    return identity_steps::EndToken(tx, audit::Operator(), found->user.id, id, clock_.Now());
  });
  callers_.Clear();
  if (!written) return ErrorOf(written);
  return {};
}

}  // namespace heirloom
