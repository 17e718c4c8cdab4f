#pragma once

#include <string>
#include <vector>

#include "appliance/legacies/legacy_service.h"
#include "appliance/stories/bin_service.h"
#include "storage/database.h"

namespace heirloom {

struct DeletedLegacy {
  Legacy legacy;
  Time deleted_at;
  std::string deleted_by_name;  // Empty when that is not known any more.
};

// Deleted legacies, for kKeptInBin: their owners may take them back, with stories and members.
// After that they are gone, even before the housekeeping has got to them. Thread-safe.
class LegacyBinService {
 public:
  LegacyBinService(Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  // Last deleted first. Cursor parts: time, id.
  Result<PageOf<DeletedLegacy>> List(const Principal& who, const std::vector<std::string>& after,
                                     std::int64_t limit);
  // For one that is not in the bin (any more) nothing changes.
  Result<Written<LegacyView>> TakeBack(const Principal& who, const Id& id);

  // Purges what is due, a few at a time. Its stories go after it, by their own bin's housekeeping.
  Status Housekeep();

 private:
  Database& database_;
  const Clock& clock_;
};

}  // namespace heirloom
