// What people do about themselves.

#include "appliance/audit/audit_trail.h"
#include "appliance/base/encoding.h"
#include "appliance/base/json.h"
#include "appliance/base/text.h"
#include "appliance/idempotency/idempotency.h"
#include "appliance/identity/identity_repository.h"
#include "appliance/identity/identity_service.h"
#include "appliance/identity/identity_steps.h"
#include "appliance/identity/session_repository.h"
#include "appliance/identity/token_repository.h"
#include "storage/locks.h"

namespace heirloom {
namespace {

namespace sessions = session_repository;
namespace tokens = token_repository;

Status RequireSession(const Caller& who) {
  if (!who.by_token) return {};
  return Fail(ErrorCode::kForbidden,
              "Only a person who is signed in may do that, and no token: sign in with a browser.");
}

std::optional<sessions::SessionPlace> PlaceOf(const std::vector<std::string>& after) {
  if (after.size() != 2) return std::nullopt;
  const auto parsed = Json::Parse(after[0]);
  if (!parsed || parsed->kind() != Json::Kind::kInteger) return std::nullopt;
  return sessions::SessionPlace{{parsed->AsInteger()}, after[1]};
}

Status RecordSession(Transaction& tx, const Caller& who, const Id& session, Time now) {
  return audit::Append(tx, who.principal, {audit::action::kSessionRevoked, session, "", ""}, now);
}

Status NoSession() {
  return Fail(ErrorCode::kUnauthenticated, "Your session has ended; sign in again.");
}

}  // namespace

Result<SessionPage> IdentityService::ListSessions(const Caller& who,
                                                  const std::vector<std::string>& after,
                                                  std::int64_t limit) {
  if (const Status may = RequireSession(who); !may) return ErrorOf(may);
  const Principal& person = who.principal;
  auto found = ReadOne(database_, [&](Reader& reader) {
    return sessions::OfUser(reader, person.tenant_id, person.user_id, PlaceOf(after), limit + 1);
  });
  if (!found) return ErrorOf(found);
  SessionPage page{std::move(*found), {}};
  if (page.items.size() > static_cast<std::size_t>(limit)) {
    page.items.resize(static_cast<std::size_t>(limit));
    const SessionInfo& last = page.items.back();
    page.next = {std::to_string(last.last_used_at.micros), last.id};
  }
  for (SessionInfo& session : page.items) session.current = session.id == who.session_id;
  return page;
}

Status IdentityService::EndSession(const Caller& who, const Id& id) {
  if (Status may = RequireSession(who); !may) return may;
  const Principal& person = who.principal;
  const auto written = database_.Write([&](Transaction& tx) -> Status {
    const auto ended = sessions::End(tx, person.tenant_id, person.user_id, id);
    if (!ended) return ErrorOf(ended);
    if (!*ended) return Fail(ErrorCode::kNotFound, "You have no such session.");
    return RecordSession(tx, who, id, clock_.Now());
  });
  callers_.Clear();
  if (!written) return ErrorOf(written);
  return {};
}

Status IdentityService::EndOtherSessions(const Caller& who) {
  if (Status may = RequireSession(who); !may) return may;
  const Principal& person = who.principal;
  const auto written = database_.Write([&](Transaction& tx) -> Status {
    const auto ended = sessions::EndAll(tx, person.tenant_id, person.user_id, who.session_id);
    if (!ended) return ErrorOf(ended);
    if (*ended == 0) return {};
    JsonWriter detail;
    detail.BeginObject().Member("others", *ended).EndObject();
    return audit::Append(tx, person,
                         {audit::action::kSessionRevoked, person.user_id, "", detail.Take()},
                         clock_.Now());
  });
  callers_.Clear();
  if (!written) return ErrorOf(written);
  return {};
}

Result<TokenPage> IdentityService::ListTokens(const Caller& who,
                                              const std::vector<std::string>& after,
                                              std::int64_t limit) {
  if (const Status may = RequireSession(who); !may) return ErrorOf(may);
  const Principal& person = who.principal;
  auto found = ReadOne(database_, [&](Reader& reader) {
    return tokens::OfUser(reader, person.tenant_id, person.user_id,
                          after.empty() ? Id() : after.front(), limit + 1);
  });
  if (!found) return ErrorOf(found);
  return identity_steps::PageOfTokens(std::move(*found), limit);
}

Result<NewToken> IdentityService::CreateToken(const Caller& who, std::string_view name,
                                              const std::vector<std::string>& scopes,
                                              const std::optional<RequestKey>& key) {
  if (const Status may = RequireSession(who); !may) return ErrorOf(may);
  const std::string label = CollapseSpace(name);
  if (const Status good = CheckToken(label, scopes); !good) return ErrorOf(good);
  const Principal& person = who.principal;
  const Time now = clock_.Now();
  const NewToken token{"hl_" + NewSecret(random_), {ids_.Next(), label, scopes, now, {}}};
  const auto written = database_.Write([&](Transaction& tx) -> Status {
    if (key) {
      const auto made = idempotency::Claim(tx, person, *key, now);
      if (!made) return ErrorOf(made);
      if (*made) {
        return Fail(ErrorCode::kConflict,
                    "This Idempotency-Key made a token already, whose secret is not told twice. If "
                    "you did not get it, take that token back and make another with a new key.");
      }
    }
    if (Status s = LockUser(tx, person.tenant_id, person.user_id); !s) return s;
    if (Status s = identity_steps::InsertToken(tx, person, person.user_id, token); !s) return s;
    return key ? idempotency::Remember(tx, person, *key, token.info.id, now) : Status();
  });
  if (!written) return ErrorOf(written);
  return token;
}

Status IdentityService::RevokeToken(const Caller& who, const Id& id) {
  if (Status may = RequireSession(who); !may) return may;
  const Principal& person = who.principal;
  const auto written = database_.Write([&](Transaction& tx) {
    return identity_steps::EndToken(tx, person, person.user_id, id, clock_.Now());
  });
  callers_.Clear();
  if (!written) return ErrorOf(written);
  return {};
}

Result<std::string> IdentityService::ChangePassword(const Caller& who, std::string_view current,
                                                    std::string_view replacement) {
  if (const Status may = RequireSession(who); !may) return ErrorOf(may);
  if (const Status good = CheckPassword(replacement, "/new"); !good) return ErrorOf(good);
  const Principal& person = who.principal;
  const std::string email_key = FoldKey(who.account.email);
  const auto find = [&](Reader& reader) {
    return identity_repository::ByEmail(reader, person.tenant_id, email_key);
  };
  const auto found = ReadOne(database_, find);
  if (!found) return ErrorOf(found);
  if (!*found) return ErrorOf(NoSession());
  const std::string old_hash = (*found)->password_hash;
  if (const Status may = throttle_.AdmitAgain(email_key, who.session_id); !may) {
    return ErrorOf(may);
  }
  const auto matches = hasher_.Verify(old_hash, current);
  if (!matches) return ErrorOf(matches);
  if (!*matches) return FailFields({{"/current", "is not your password"}});
  const auto hash = hasher_.Hash(replacement);
  if (!hash) return ErrorOf(hash);
  const std::string secret = NewSecret(random_);
  const Time now = clock_.Now();
  const auto written = database_.Write([&](Transaction& tx) -> Status {
    if (Status s = LockUser(tx, person.tenant_id, person.user_id); !s) return s;
    const auto now_found = find(tx);
    if (!now_found) return ErrorOf(now_found);
    if (!*now_found || (*now_found)->password_hash != old_hash) return NoSession();
    const auto stays = sessions::Rotate(tx, person.tenant_id, who.session_id, Sha256Hex(secret));
    if (!stays) return ErrorOf(stays);
    if (!*stays) return NoSession();
    if (Status s = throttle_.SucceededAgain(tx, email_key, who.session_id); !s) return s;
    return identity_steps::ReplacePassword(tx, person, person.tenant_id, person.user_id, *hash,
                                           who.session_id, now);
  });
  callers_.Clear();
  if (!written) return ErrorOf(written);
  return secret;
}

}  // namespace heirloom
