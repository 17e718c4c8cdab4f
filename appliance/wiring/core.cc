#include "appliance/wiring/core.h"

#include "appliance/wiring/databases.h"
#include "storage/seal.h"

namespace heirloom {

Result<std::unique_ptr<Core>> Core::Open(const Config& config) {
  auto platform = std::make_unique<Platform>();
  auto database = OpenDatabase(config, platform->clock, platform->random);
  if (!database) return ErrorOf(database);
  const auto seal = ReadOne(**database, [](Reader& reader) { return ReadSeal(reader); });
  if (!seal) return ErrorOf(seal);
  if (*seal && (*seal)->phase == Seal::Phase::kFilling) {
    return Fail(ErrorCode::kConflict,
                "this database is the target of a heirloom promote that did not come to its end: "
                "run that again");
  }
  return std::make_unique<Core>(std::move(platform), std::move(*database));
}

}  // namespace heirloom
