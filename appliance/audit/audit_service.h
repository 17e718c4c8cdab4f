#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "appliance/audit/audit_trail.h"
#include "appliance/base/result.h"
#include "appliance/domain/principal.h"
#include "storage/database.h"

namespace heirloom {

struct AuditPage {
  std::vector<audit::Entry> items;
  std::vector<std::string> next;  // Cursor parts: the last number; empty on the last page.
};

// The record of the whole installation, for admins; a legacy's own is read through its room.
// Thread-safe.
class AuditService {
 public:
  explicit AuditService(Database& database) : database_(database) {}

  Result<AuditPage> List(const Principal& who, const std::vector<std::string>& after,
                         std::int64_t limit);

 private:
  Database& database_;
};

// Cuts the page out of `limit + 1` entries.
AuditPage PageOfEntries(std::vector<audit::Entry> entries, std::int64_t limit);
// What a cursor says: the number to go on below. 0 from the start, or for a cursor that is none.
std::int64_t AuditCursor(const std::vector<std::string>& after);

}  // namespace heirloom
