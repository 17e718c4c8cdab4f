#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/identity/caller.h"
#include "appliance/identity/identity_repository.h"
#include "storage/database.h"

namespace heirloom {

struct TokenRow {
  std::string tenant_id;
  UserRow user;
  TokenInfo info;
};

// SQL of API tokens. Secrets come and go as SHA-256 in hex. What ends a token appends TokenEnded.
namespace token_repository {

Status Insert(Transaction& tx, std::string_view hash, std::string_view tenant, const Id& user,
              const TokenInfo& token);
// nullopt also when its person is disabled.
Result<std::optional<TokenRow>> ByHash(Reader& reader, std::string_view hash);
// Newest first, those older than `before` (empty: from the newest).
Result<std::vector<TokenInfo>> OfUser(Reader& reader, std::string_view tenant, const Id& user,
                                      const Id& before, std::int64_t limit);
Status Touch(Transaction& tx, std::string_view hash, Time now);

// Whether there was one.
Result<bool> End(Transaction& tx, std::string_view tenant, const Id& user, const Id& id);
// All of a person's; gives how many.
Result<std::int64_t> EndAll(Transaction& tx, std::string_view tenant, const Id& user);

}  // namespace token_repository
}  // namespace heirloom
