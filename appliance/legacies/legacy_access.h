#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "appliance/audit/audit_trail.h"
#include "appliance/domain/event.h"
#include "appliance/domain/policy.h"
#include "appliance/domain/request_key.h"
#include "appliance/legacies/legacy_repository.h"
#include "storage/database.h"

namespace heirloom {

// What the services of this room do alike.

// The legacy, if `who` may do `action` with it.
Result<LegacyRow> FindLegacyRow(Reader& reader, const Principal& who, const Id& id, Action action);

Event LegacyEvent(const Principal& who, std::string_view type, const Legacy& legacy);

// An entry of the record; `detail` is a JSON object, or empty.
Status RecordChange(Transaction& tx, const Principal& who, std::string_view action,
                    const Id& subject, const Id& legacy, std::string detail, Time now);

// What an earlier request with this key made or changed; nullopt without one.
Result<std::optional<Id>> EarlierRequest(Transaction& tx, const Principal& who,
                                         const std::optional<RequestKey>& key, Time now);
Status RememberRequest(Transaction& tx, const Principal& who, const std::optional<RequestKey>& key,
                       const Id& made, Time now);

}  // namespace heirloom
