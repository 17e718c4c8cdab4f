// What transactions lock while they decide something on rows that others could change before they
// commit (Transaction::Lock), in the order in which several are taken. Who only reads locks
// nothing.

#pragma once

#include <string>
#include <string_view>

#include "storage/database.h"

namespace heirloom {

using LockMode = Transaction::LockMode;

// 1. A request's Idempotency-Key, so that its repeat waits for it: appliance/idempotency.

// 2. Who there is at all: for "the first admin" and "always an admin".
inline Status LockPeople(Transaction& tx, std::string_view tenant) {
  return tx.Lock("people:" + std::string(tenant), LockMode::kExclusive);
}

// 3. A person's password, sessions and tokens, and what they imported.
inline Status LockUser(Transaction& tx, std::string_view tenant, std::string_view user) {
  return tx.Lock("user:" + std::string(tenant) + "/" + std::string(user), LockMode::kExclusive);
}

// 4. A legacy: exclusive for who changes it, its members or many of its stories at once; shared for
// who changes one of its stories, which must not belong to somebody else meanwhile.
inline Status LockLegacy(Transaction& tx, std::string_view tenant, std::string_view legacy,
                         LockMode mode) {
  return tx.Lock("legacy:" + std::string(tenant) + "/" + std::string(legacy), mode);
}

// 5. One story, with its revisions and working copies.
inline Status LockStoryAlone(Transaction& tx, std::string_view tenant, std::string_view story) {
  return tx.Lock("story:" + std::string(tenant) + "/" + std::string(story), LockMode::kExclusive);
}

// 6. The end of the audit trail: appliance/audit.

}  // namespace heirloom
