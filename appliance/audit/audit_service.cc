#include "appliance/audit/audit_service.h"

#include <utility>

#include "appliance/base/number.h"
#include "appliance/domain/policy.h"

namespace heirloom {

Result<AuditPage> AuditService::List(const Principal& who, const std::vector<std::string>& after,
                                     std::int64_t limit) {
  if (const Status may = Require(who, Action::kReadAudit, {}, "record"); !may) return ErrorOf(may);
  auto entries = ReadOne(database_, [&](Reader& reader) {
    return audit::Read(reader, who.tenant_id, std::nullopt, AuditCursor(after), limit + 1);
  });
  if (!entries) return ErrorOf(entries);
  return PageOfEntries(std::move(*entries), limit);
}

AuditPage PageOfEntries(std::vector<audit::Entry> entries, std::int64_t limit) {
  AuditPage page;
  const bool more = entries.size() > static_cast<std::size_t>(limit);
  if (more) entries.resize(static_cast<std::size_t>(limit));
  if (more) page.next = {std::to_string(entries.back().number)};
  page.items = std::move(entries);
  return page;
}

std::int64_t AuditCursor(const std::vector<std::string>& after) {
  if (after.empty()) return 0;
  return std::max<std::int64_t>(ParseNumber<std::int64_t>(after.front()).value_or(0), 0);
}

}  // namespace heirloom
