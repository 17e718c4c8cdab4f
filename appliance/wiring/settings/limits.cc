// What one person may do in a minute.
#include "appliance/wiring/settings/section.h"
#include "appliance/wiring/settings/settings_check.h"

namespace heirloom {
namespace {

constexpr ConfigKey kKeys[] = {
    {"limits.writes_per_minute", "60000", ConfigKey::Kind::kNumber},
    {"limits.searches_per_minute", "30000", ConfigKey::Kind::kNumber},
    {"limits.exports_per_minute", "240", ConfigKey::Kind::kNumber},
};

void Read(SettingsCheck& check, Config& config) {
  const auto count = [&](std::string_view key) {
    return ReadNumber(check, key, 0, 1'000'000'000, " (no limit)");
  };
  config.limits.writes_per_minute = count("limits.writes_per_minute");
  config.limits.searches_per_minute = count("limits.searches_per_minute");
  config.limits.exports_per_minute = count("limits.exports_per_minute");
}

}  // namespace

ConfigSection LimitsSection() { return {kKeys, Read}; }

}  // namespace heirloom
