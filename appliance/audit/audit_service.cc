#include "appliance/audit/audit_service.h"

#include <charconv>
#include <utility>

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
  std::int64_t number = 0;
  if (after.empty()) return 0;
  const std::string& text = after.front();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && number > 0 ? number : 0;
}

}  // namespace heirloom
