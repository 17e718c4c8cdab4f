#include "appliance/wiring/core.h"

#include "appliance/wiring/databases.h"

namespace heirloom {

Result<std::unique_ptr<Core>> Core::Open(const Config& config) {
  auto platform = std::make_unique<Platform>();
  auto database = OpenDatabase(config, platform->clock, platform->random);
  if (!database) return ErrorOf(database);
  return std::make_unique<Core>(std::move(platform), std::move(*database));
}

}  // namespace heirloom
