#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/domain/principal.h"
#include "appliance/identity/caller.h"
#include "appliance/identity/identity_repository.h"
#include "storage/database.h"

// Steps of a transaction that several doors of IdentityService share: each does the thing, ends
// what has to end with it, and records it as done by `by`.
namespace heirloom::identity_steps {

inline const std::string kTenant{kDefaultTenant};

// kConflict when the e-mail is taken.
Status InsertAccount(Transaction& tx, const Principal& by, const UserRow& user,
                     std::string_view password_hash, Time now);

// Ends all sessions of the person but `staying` (empty: all).
Status ReplacePassword(Transaction& tx, const Principal& by, std::string_view tenant,
                       const Id& user, std::string_view password_hash, const Id& staying, Time now);

Status InsertToken(Transaction& tx, const Principal& by, const Id& user, const NewToken& token);
// kNotFound when the person has no such token.
Status EndToken(Transaction& tx, const Principal& by, const Id& user, const Id& token, Time now);

// Cuts the page out of `limit + 1` tokens.
TokenPage PageOfTokens(std::vector<TokenInfo> tokens, std::int64_t limit);

}  // namespace heirloom::identity_steps
