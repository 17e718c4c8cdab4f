#include "appliance/legacies/legacy_access.h"

#include <utility>

#include "appliance/idempotency/idempotency.h"

namespace heirloom {

Result<LegacyRow> FindLegacyRow(Reader& reader, const Principal& who, const Id& id, Action action) {
  auto row = legacy_repository::ById(reader, who.tenant_id, id, who.user_id);
  if (!row) return ErrorOf(row);
  Resource resource;
  if (*row) resource = {(*row)->role, (*row)->legacy.visibility, std::nullopt, false};
  if (const Status may = Require(who, action, resource, "legacy"); !may) return ErrorOf(may);
  return std::move(**row);
}

Event LegacyEvent(const Principal& who, std::string_view type, const Legacy& legacy) {
  return {who.tenant_id, std::string(type), legacy.id, legacy.id, legacy.version};
}

Status RecordChange(Transaction& tx, const Principal& who, std::string_view action,
                    const Id& subject, const Id& legacy, std::string detail, Time now) {
  return audit::Append(tx, who, {action, subject, legacy, std::move(detail)}, now);
}

Result<std::optional<Id>> EarlierRequest(Transaction& tx, const Principal& who,
                                         const std::optional<RequestKey>& key, Time now) {
  if (!key) return std::optional<Id>();
  return idempotency::Claim(tx, who, *key, now);
}

Status RememberRequest(Transaction& tx, const Principal& who, const std::optional<RequestKey>& key,
                       const Id& made, Time now) {
  return key ? idempotency::Remember(tx, who, *key, made, now) : Status();
}

}  // namespace heirloom
