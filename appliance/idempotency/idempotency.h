// Requests that may be sent twice. A service looks for the key first thing in the transaction of
// the change and remembers it last thing, so that request and key are one: a change happened if and
// only if its key is known.
//
// A repeat gives the resource as it is now, under today's policy: what is remembered is its id, not
// the answer. An operation whose answer cannot be given twice (a secret shown once) refuses its
// repeat with kConflict.

#pragma once

#include <optional>
#include <string_view>

#include "appliance/base/clock.h"
#include "appliance/base/result.h"
#include "appliance/domain/principal.h"
#include "appliance/domain/request_key.h"
#include "storage/database.h"

namespace heirloom::idempotency {

// What the first request with this key made, if there was one in the last 24 hours.
// kInvalidArgument at `Idempotency-Key` when that one had another path or body.
Result<std::optional<Id>> Find(Reader& reader, const Principal& who, const RequestKey& key,
                               Time now);

// The same, first thing in the transaction of a change: a request with this key that is under way
// elsewhere is waited for.
Result<std::optional<Id>> Claim(Transaction& tx, const Principal& who, const RequestKey& key,
                                Time now);

// In the transaction that makes `resource`; replaces a key that is older than 24 hours.
Status Remember(Transaction& tx, const Principal& who, const RequestKey& key,
                std::string_view resource, Time now);

// Removes at most `limit` keys that are older than 24 hours; gives how many.
Result<std::int64_t> Sweep(Transaction& tx, Time now, std::int64_t limit);

}  // namespace heirloom::idempotency
