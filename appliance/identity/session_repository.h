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

struct SessionRow {
  std::string tenant_id;
  Id id;
  UserRow user;
  std::string csrf_token;
  std::string user_agent;
  Time created_at;
  Time last_used_at;
  Time expires_at;
};

// SQL of sessions. Secrets come and go as SHA-256 in hex. What ends a session appends SessionEnded.
namespace session_repository {

Status Insert(Transaction& tx, std::string_view hash, const SessionRow& session);
// nullopt also when its person is disabled.
Result<std::optional<SessionRow>> ByHash(Reader& reader, std::string_view hash);

// Last used first, after (last_used_at, id) of the last one seen.
struct SessionPlace {
  Time last_used_at;
  Id id;
};
Result<std::vector<SessionInfo>> OfUser(Reader& reader, std::string_view tenant, const Id& user,
                                        const std::optional<SessionPlace>& after,
                                        std::int64_t limit);

Status Touch(Transaction& tx, std::string_view hash, Time now);
// Gives the session another secret; false when it has ended.
Result<bool> Rotate(Transaction& tx, std::string_view tenant, const Id& id,
                    std::string_view new_hash);

// Whether there was one.
Result<bool> End(Transaction& tx, std::string_view tenant, const Id& user, const Id& id);
// All of a person's but `except` (empty: all); gives how many.
Result<std::int64_t> EndAll(Transaction& tx, std::string_view tenant, const Id& user,
                            const Id& except);
// At most `limit` that are over.
Status EndExpired(Transaction& tx, Time now, Time idle_since, std::int64_t limit);

}  // namespace session_repository
}  // namespace heirloom
